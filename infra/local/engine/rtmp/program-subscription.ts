import type { Frame, Program, ProgramFormat } from '../program.ts';

/** A publisher's subscription to its program, which begins again with each connection. */
export interface ProgramSubscription {
  /** Subscribes for the first time and awaits an entry point. */
  begin(): void;
  /** Subscribes again: the format and the frames since the newest keyframe are delivered at once. */
  renew(): void;
  /** Unsubscribes and awaits nothing. */
  drop(): void;
  /** Reports the next frame a receiver can start with, once. */
  awaitEntryPoint(): void;
}

export interface ProgramSubscriptionHandlers {
  onFormat(format: ProgramFormat): void;
  onFrame(frame: Frame): void;
  onSourceLost(): void;
  /** The next frames do not fit into the same session. */
  onOtherFormat(): void;
  /** A receiver can start with the frame just delivered. */
  onEntryPoint(): void;
}

/** Creates the subscription without subscribing. */
export function createProgramSubscription(
  program: Program,
  handlers: ProgramSubscriptionHandlers,
): ProgramSubscription {
  let unsubscribe: (() => void) | null = null;
  let hasVideo = false;
  let awaitsEntryPoint = false;

  function onFormat(format: ProgramFormat): void {
    hasVideo = format.video !== null;
    handlers.onFormat(format);
  }

  function onFrame(frame: Frame): void {
    handlers.onFrame(frame);
    if (!awaitsEntryPoint) return;
    const isEntryPoint = frame.kind === 'video' ? frame.keyframe : !hasVideo;
    if (!isEntryPoint) return;
    awaitsEntryPoint = false;
    handlers.onEntryPoint();
  }

  function renew(): void {
    const previous = unsubscribe;
    unsubscribe = null;
    const { onOtherFormat, onSourceLost } = handlers;
    const current = program.subscribe({ onFormat, onFrame, onOtherFormat, onSourceLost });
    // Subscribe before unsubscribing, so that a program's encoder keeps running.
    previous?.();
    unsubscribe = current;
  }

  return {
    begin() {
      awaitsEntryPoint = true;
      renew();
    },
    renew,
    drop() {
      awaitsEntryPoint = false;
      unsubscribe?.();
      unsubscribe = null;
    },
    awaitEntryPoint() {
      awaitsEntryPoint = true;
    },
  };
}
