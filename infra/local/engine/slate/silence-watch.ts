import type { Clock } from '../../host/clock.ts';

/** Notices with one timer that inputs have become silent, however many there are. */
export interface SilenceWatch {
  /**
   * Watches an input, which counts as heard now.
   * @param onSilent called once per silence
   */
  add(onSilent: () => void): WatchedInput;
}

/** An input that is watched. */
export interface WatchedInput {
  /** Notes a frame. */
  heard(): void;
  /** Ends the watch. */
  leave(): void;
}

/** Without a frame for this long the input counts as lost. SRT has by then given up whatever it could not repair. */
const SILENT_AFTER_MS = 350;
/** A process that was busy reads meanwhile what had arrived. Its timers are due before that. */
const CONFIRM_MS = 1;

interface Input {
  onSilent: () => void;
  heardAtMs: number;
  state: 'heard' | 'suspected' | 'silent';
}

/** @param deps.run calls a callback, and handles what it throws */
export function createSilenceWatch({
  clock,
  run,
}: {
  clock: Clock;
  run: (callback: () => void) => void;
}): SilenceWatch {
  const inputs = new Set<Input>();
  let cancelReview: (() => void) | null = null;

  function review(): void {
    cancelReview = null;
    for (const input of inputs) judge(input);
    const rests = [...inputs].filter(({ state }) => state !== 'silent').map(restMs);
    if (rests.length > 0) schedule(Math.min(...rests));
  }

  function schedule(delayMs: number): void {
    cancelReview ??= clock.after(delayMs, review);
  }

  function judge(input: Input): void {
    if (input.state === 'silent' || clock.now() - input.heardAtMs < SILENT_AFTER_MS) return;
    if (input.state === 'heard') {
      input.state = 'suspected';
      return;
    }
    input.state = 'silent';
    run(input.onSilent);
  }

  /** Returns how long the input may be left unwatched. A clock that was set back must not prolong it. */
  function restMs({ heardAtMs, state }: Input): number {
    if (state === 'suspected') return CONFIRM_MS;
    const untilSilentMs = heardAtMs + SILENT_AFTER_MS - clock.now();
    return Math.max(CONFIRM_MS, Math.min(SILENT_AFTER_MS, untilSilentMs));
  }

  return {
    add(onSilent) {
      const input: Input = { onSilent, heardAtMs: clock.now(), state: 'heard' };
      inputs.add(input);
      schedule(SILENT_AFTER_MS);
      return {
        heard() {
          input.heardAtMs = clock.now();
          if (input.state === 'silent') schedule(SILENT_AFTER_MS);
          input.state = 'heard';
        },
        leave() {
          inputs.delete(input);
          if (inputs.size > 0) return;
          cancelReview?.();
          cancelReview = null;
        },
      };
    },
  };
}
