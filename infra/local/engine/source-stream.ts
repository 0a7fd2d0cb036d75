import type { NewestTimes } from './newest-times.ts';
import type { StandbyGroup } from './source-standby.ts';
import { createTimeSplicer, toTicks } from './transport-stream/time-splicer.ts';

const TICKS_PER_MS = 90;

/** The stream that feeds a flow, whichever encoder it comes from. */
export interface SourceStream {
  push(chunk: Buffer): void;
  /** The encoder in use has left. The stream waits for the other one, or ends with the next data. */
  leave(): void;
  /** Ends the stream, unless it waits for nothing. */
  endIfLeft(): void;
  end(): void;
  /** Begins a new stream with the next data. */
  begin(): void;
  /** Continues with the stream of another encoder. Returns false when there is nothing to continue. */
  continueWith(group: StandbyGroup): boolean;
}

export interface SourceStreamHandlers {
  onData(chunk: Buffer): void;
  /** The stream continues with that of another encoder. @param measuredFromTicks as in SourceProgram */
  onSplice(measuredFromTicks: number): void;
  /** The stream has ended; the next data is a new one. */
  onDisconnect(): void;
  /** Returns the newest times of the stream; null after a disconnection. */
  newest(): NewestTimes | null;
}

/** Creates the stream without data. */
export function createSourceStream(handlers: SourceStreamHandlers): SourceStream {
  const splicer = createTimeSplicer();
  let hasLeft = false;

  function end(): void {
    hasLeft = false;
    splicer.restart();
    handlers.onDisconnect();
  }

  function endIfLeft(): void {
    if (hasLeft) end();
  }

  return {
    push(chunk) {
      endIfLeft();
      handlers.onData(splicer.push(chunk));
    },
    leave() {
      hasLeft = true;
    },
    endIfLeft,
    end,
    begin() {
      endIfLeft();
      splicer.restart();
    },
    continueWith({ bytes, keyframeTicks, keyframeShownTicks, newest: other }) {
      const newest = handlers.newest();
      if (!newest) return false;
      hasLeft = false;
      // What arrives at the same time belongs together: the clocks of two encoders have nothing in common.
      const apart = newest.decodeTicks - other.decodeTicks + (other.atMs - newest.atMs) * TICKS_PER_MS;
      const measuredFrom = splicer.begin({
        offsetTicks: apart,
        keyframeTicks: toTicks(keyframeTicks + apart),
        keyframeShownTicks: toTicks(keyframeShownTicks + apart),
        newestTicks: newest.presentationTicks,
        newestSoundTicks: newest.soundTicks ?? newest.presentationTicks,
      });
      handlers.onSplice(measuredFrom);
      handlers.onData(splicer.push(bytes));
      return true;
    },
  };
}
