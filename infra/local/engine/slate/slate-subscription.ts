import type { Clock } from '../../host/clock.ts';
import { createLeadingPictures } from '../leading-pictures.ts';
import type { Frame, Program, ProgramFormat, ProgramSubscriber } from '../program.ts';
import { startFillRun, type FillRun } from './fill-run.ts';
import { createOutputTimes } from './output-times.ts';
import { createCover } from './cover.ts';
import type { SlateMemory } from './slate-program.ts';
import type { SlateTimers } from './slate-timers.ts';

/** After a loss longer than the first, the input has to last for the second before it is shown again. */
const BRIEF_LOSS_MS = 2_000;
const STABLE_MS = 1_000;

interface SlateSubscriptionOptions {
  program: Program;
  memory: SlateMemory;
  timers: SlateTimers;
  clock: Clock;
  subscriber: ProgramSubscriber;
}

/**
 * Subscribes to a program and keeps the subscriber supplied.
 * @returns the function that unsubscribes
 */
export function createSlateSubscription(options: SlateSubscriptionOptions): () => void {
  const { clock, memory, program, subscriber, timers } = options;
  const times = createOutputTimes(clock);
  const cover = createCover();
  const leading = createLeadingPictures();
  const self = {};
  let format: ProgramFormat | null = null;
  let toldFormat: ProgramFormat | null = null;
  let fill: FillRun | null = null;
  /** Since when the input delivers again during a fill. */
  let backSinceMs: number | null = null;
  const input = memory.fills ? timers.silences.add(loseInput) : null;

  /** The input has become silent, during a fill again. */
  function loseInput(): void {
    if (fill) backSinceMs = null;
    else beginFill();
  }

  function tellFormat(next: ProgramFormat): void {
    if (next === toldFormat) return;
    toldFormat = next;
    subscriber.onFormat(next);
  }

  function beginFill(): void {
    const before = memory.format();
    if (!before) return;
    backSinceMs = null;
    cover.end();
    memory.showed(self, 'input_loss');
    fill = startFillRun({
      ...{ clock, times, ticker: timers.fills, audio: before.audio },
      pictures: memory.fillAt,
      onFormat: tellFormat,
      onFrame(frame) {
        times.note(frame);
        subscriber.onFrame(frame);
      },
    });
  }

  /** Returns whether the input may be shown again from this frame on. */
  function isBack(frame: Frame, run: FillRun): boolean {
    const nowMs = clock.now();
    backSinceMs ??= nowMs;
    if (frame.kind !== 'video' || !frame.keyframe) return false;
    return nowMs - run.startedAtMs < BRIEF_LOSS_MS || nowMs - backSinceMs >= STABLE_MS;
  }

  function endFill(frame: Frame): void {
    fill?.end();
    fill = null;
    memory.showed(self, undefined);
    times.resumeWith(frame);
    leading.begin();
    const before = memory.format();
    if (before && format && !isSameShape(before, format)) subscriber.onOtherFormat?.();
  }

  function onFrame(frame: Frame): void {
    input?.heard();
    if (fill && !isBack(frame, fill)) return;
    if (fill) endFill(frame);
    if (!format || times.isLate(frame)) return;
    if (frame.kind === 'video' && frame.keyframe && format.video) memory.remember(frame, format);
    const picture = frame.kind === 'video' ? cover.take(frame, memory.coverOf(format)) : null;
    if (picture) leading.begin();
    else if (!leading.passes(frame)) return;
    tellFormat(cover.over(format));
    if (frame.kind === 'video') memory.showed(self, picture ? 'image' : undefined);
    if (!picture) return subscriber.onFrame(times.place(frame));
    const fromMs = times.afterPicturesMs();
    const placed = times.place({ ...frame, ...picture, compositionOffsetMs: 0 });
    // Before it, pictures of the program are still to be shown.
    if (placed.dtsMs >= fromMs) subscriber.onFrame(placed);
    else cover.repeat();
  }

  const unsubscribe = program.subscribe({
    onFormat(next) {
      format = next;
    },
    onFrame,
    onSourceLost() {
      if (fill) return;
      if (memory.fills && memory.format()) beginFill();
      else subscriber.onSourceLost();
    },
  });

  return () => {
    input?.leave();
    fill?.end();
    memory.showed(self, undefined);
    unsubscribe();
  };
}

/** Returns whether a receiver that has one of the two can continue with the other in one session. */
function isSameShape(one: ProgramFormat, other: ProgramFormat): boolean {
  const shapeOf = ({ video, audio }: ProgramFormat) =>
    JSON.stringify([video?.width, video?.height, video?.avcConfiguration[1], audio?.specificConfig.toString('hex')]);
  return shapeOf(one) === shapeOf(other);
}
