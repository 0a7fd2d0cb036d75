/**
 * A program that has pictures while its source has none. When the input is lost it sends what the channel's settings
 * say, with silence; a static image replaces the pictures and leaves the sound. Frames keep coming, so the publisher
 * behind it keeps its connection. An encoded program shows the slate; a copied one repeats its last keyframe, because
 * other headers in one session are a risk that losing the source must not add.
 *
 * Repeating a keyframe repeats its idr_pic_id (ITU-T H.264 7.4.3 wants another one). Receivers of FLV know the limits of
 * a picture from its message and do not need the number.
 */
import type { Clock } from '../../host/clock.ts';
import type { InputLoss, SlateImage } from '../contract.ts';
import type { Frame, Program, ProgramFormat } from '../program.ts';
import { repeatKeyframe, shapeOf, type PictureLoop } from './picture-loop.ts';
import { createSlateSubscription } from './slate-subscription.ts';
import type { SlateStudio } from './slate-studio.ts';
import type { SlateTimers } from './slate-timers.ts';

export interface SlateProgram {
  program: Program;
  /** Shows an image instead of the pictures; null ends it at the next keyframe. */
  cover(image: SlateImage | null): void;
  /** Returns what subscribers get instead of the program's pictures. */
  showing(): 'input_loss' | 'image' | undefined;
}

export interface SlateProgramOptions {
  program: Program;
  clock: Clock;
  timers: SlateTimers;
  studio: Pick<SlateStudio, 'loop'>;
  /** Absent: nothing is sent while the input is lost. */
  inputLoss: InputLoss | undefined;
  /** Returns whether the program's pictures are those of the source. */
  isCopied(): boolean;
  /** What is shown has changed. */
  onChange(): void;
}

/** What all subscriptions of one program share. */
export interface SlateMemory {
  /** Remembers the newest keyframe and the headers it belongs to. */
  remember(frame: Frame, format: ProgramFormat): void;
  /** Returns the headers of the program as it last delivered; null before the first keyframe. */
  format(): ProgramFormat | null;
  /** Returns the pictures that replace the program's; null when none do, or they are not ready. */
  coverOf(format: ProgramFormat): PictureLoop | null;
  /** Returns the pictures for a lost input. */
  fillAt(elapsedMs: number): PictureLoop;
  /** Whether a lost input is filled. */
  fills: boolean;
  /** Notes what a subscription shows. */
  showed(subscription: object, showing: 'input_loss' | 'image' | undefined): void;
}

const BLACK: SlateImage = { kind: 'colour', rgb: '000000' };

/** Creates the program, which passes everything on until something is to be shown. */
export function createSlateProgram(options: SlateProgramOptions): SlateProgram {
  const { inputLoss, program, studio } = options;
  const shown = new Map<object, 'input_loss' | 'image'>();
  let kept: { frame: Frame; format: ProgramFormat } | null = null;
  let keyframeLoop: { frame: Frame; loop: PictureLoop } | null = null;
  let cover: SlateImage | null = null;

  function lastKeyframe(): PictureLoop {
    const { format, frame } = kept!;
    if (keyframeLoop?.frame !== frame) keyframeLoop = { frame, loop: repeatKeyframe(format.video!, frame.flvBody) };
    return keyframeLoop.loop;
  }

  /** Returns the image of a moment after the loss; null for the last picture. */
  function imageAt(elapsedMs: number): SlateImage | null {
    if (!inputLoss || options.isCopied()) return null;
    const { blackMs, image, repeatMs } = inputLoss;
    if (repeatMs === null || elapsedMs < repeatMs) return null;
    return blackMs === null || elapsedMs < repeatMs + blackMs ? BLACK : image;
  }

  const memory: SlateMemory = {
    fills: inputLoss !== undefined,
    remember(frame, format) {
      kept = { frame, format };
    },
    format: () => kept?.format ?? null,
    coverOf: ({ video }) => (cover && video ? studio.loop(cover, shapeOf(video)) : null),
    fillAt(elapsedMs) {
      const { video } = kept!.format;
      const image = cover ?? imageAt(elapsedMs);
      return (image && studio.loop(image, shapeOf(video!))) ?? lastKeyframe();
    },
    showed(subscription, showing) {
      if (shown.get(subscription) === showing) return;
      if (showing) shown.set(subscription, showing);
      else shown.delete(subscription);
      options.onChange();
    },
  };

  return {
    program: { subscribe: (subscriber) => createSlateSubscription({ ...options, memory, program, subscriber }) },
    cover(image) {
      cover = image;
    },
    showing: () => [...shown.values()].at(-1),
  };
}
