/**
 * A program whose origin can change under its subscribers: from the copy to an encoder and back, or to another flow.
 * The old origin stays until the new one has a keyframe, and the times continue by the wall clock, so that a publisher
 * keeps its connection.
 */
import type { Clock } from '../host/clock.ts';
import { createLeadingPictures } from './leading-pictures.ts';
import type { Frame, Program, ProgramFormat, ProgramSubscriber } from './program.ts';

const SWITCH_STEP_MS = 20;

export interface ProgramSwitch {
  program: Program;
  /** Changes the origin; null for none. */
  select(origin: Program | null): void;
}

interface Feed {
  unsubscribe: () => void;
  format: ProgramFormat | null;
  shiftMs: number | null;
}

/**
 * @param deps.keepsTimes frames keep the program time of their origins, which all belong to one flow, and a change
 * leaves out frames already delivered. Otherwise the times continue by the clock and no frame is left out
 */
export function createProgramSwitch(deps: { clock: Clock; keepsTimes?: boolean }): ProgramSwitch {
  let origin: Program | null = null;
  const subscriptions = new Set<{ select(origin: Program | null): void }>();

  return {
    program: {
      subscribe(subscriber) {
        const subscription = createSubscription(deps, subscriber);
        subscriptions.add(subscription);
        subscription.select(origin);
        return () => {
          if (subscriptions.delete(subscription)) subscription.close();
        };
      },
    },
    select(next) {
      if (next === origin) return;
      origin = next;
      for (const subscription of subscriptions) subscription.select(next);
    },
  };
}

function createSubscription(
  { clock, keepsTimes = false }: { clock: Clock; keepsTimes?: boolean },
  subscriber: ProgramSubscriber,
): { select(origin: Program | null): void; close(): void } {
  let feed: Feed | null = null;
  let incoming: Feed | null = null;
  let lost = true;
  let deliveredFormat: ProgramFormat | null = null;
  let last: { dtsMs: number; atMs: number } | null = null;
  let newestSoundMs = -Infinity;
  const leading = createLeadingPictures();

  function attach(origin: Program): Feed {
    const attached: Feed = { unsubscribe: () => {}, format: null, shiftMs: null };
    // Cached frames are older than those already sent: only a new subscriber can use them.
    let live = lost;
    if (lost) feed = attached;
    else incoming = attached;
    attached.unsubscribe = origin.subscribe({
      onFormat(format) {
        attached.format = format;
      },
      onFrame(frame) {
        if (attached === incoming && live && (frame.keyframe || !attached.format?.video)) {
          feed?.unsubscribe();
          feed = attached;
          incoming = null;
        }
        if (attached === feed) deliver(attached, frame);
      },
      onSourceLost() {
        if (attached !== feed) return;
        lost = true;
        subscriber.onSourceLost();
      },
    });
    live = true;
    return attached;
  }

  function deliver(from: Feed, frame: Frame): void {
    const nowMs = clock.now();
    if (keepsTimes && !hasCaughtUp(from, frame)) return;
    if (from.shiftMs === null) leading.begin();
    if (!leading.passes(frame)) return;
    from.shiftMs ??= last && !keepsTimes ? last.dtsMs + Math.max(SWITCH_STEP_MS, nowMs - last.atMs) - frame.dtsMs : 0;
    lost = false;
    if (from.format && from.format !== deliveredFormat) {
      deliveredFormat = from.format;
      subscriber.onFormat(from.format);
    }
    const dtsMs = frame.dtsMs + from.shiftMs;
    if (frame.kind === 'audio' && !isNewSound(dtsMs)) return;
    last = { dtsMs: Math.max(last?.dtsMs ?? 0, dtsMs), atMs: nowMs };
    subscriber.onFrame(from.shiftMs === 0 ? frame : { ...frame, dtsMs });
  }

  /** Returns whether the frame continues the delivered ones, from a keyframe on. */
  function hasCaughtUp(from: Feed, frame: Frame): boolean {
    if (from.shiftMs !== null || !last) return true;
    const isEntry = frame.keyframe || !from.format?.video;
    return isEntry && frame.dtsMs > last.dtsMs;
  }

  /** The new origin may send sound that belongs before what was delivered: sound may follow the pictures it goes with. */
  function isNewSound(dtsMs: number): boolean {
    if (dtsMs <= newestSoundMs) return false;
    newestSoundMs = dtsMs;
    return true;
  }

  function detach(): void {
    incoming?.unsubscribe();
    incoming = null;
    feed?.unsubscribe();
    feed = null;
  }

  return {
    select(origin) {
      incoming?.unsubscribe();
      incoming = null;
      if (origin && !lost) {
        attach(origin);
        return;
      }
      const had = feed !== null && !lost;
      detach();
      lost = true;
      if (origin) attach(origin);
      else if (had) subscriber.onSourceLost();
    },
    close: detach,
  };
}
