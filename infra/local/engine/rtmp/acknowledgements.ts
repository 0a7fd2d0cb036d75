/**
 * Evaluates the server's acknowledgements. A server acknowledges every so many bytes it has read (the window we
 * announce, or its own), so unacknowledged bytes further back than its usual step are held up somewhere: in its buffers
 * or in those of a proxy in front of it. This detects a server that has stopped reading while the buffers on the way
 * still accept data.
 * @see https://rtmp.veriskope.com/docs/spec/ section 5.4.3
 */
export interface Acknowledgements {
  /** Records the bytes written so far; call it about once a second. */
  mark(nowMs: number, handedOverBytes: number): void;
  /** Records the sequence number of an acknowledgement. */
  heard(sequence: number, handedOverBytes: number): void;
  /** Forgets the usual step, after another window was announced. */
  forgetStep(): void;
  /**
   * Returns how long the oldest overdue bytes have been waiting, 0 when none are overdue, and null while the server has
   * acknowledged too rarely to be judged.
   */
  overdueMs(nowMs: number, deliveredBytes: number): number | null;
}

/** Fewer acknowledgements show no rhythm. */
const HEARD_MIN = 3;
const STEP_SLACK = 1.25;
const SLACK_BYTES = 32 * 1024;
/** More than all buffers on the way can hold: a server that has read this much silently has stopped acknowledging. */
const BELIEVED_BYTES_MAX = 24 * 1024 * 1024;
const SEQUENCES = 2 ** 32;
/** Ten minutes of them. */
const MARKS_MAX = 600;

/** Creates the evaluation for one connection. */
export function createAcknowledgements(): Acknowledgements {
  let marks: { atMs: number; bytes: number }[] = [];
  let heardTimes = 0;
  let lastSequence = 0;
  let acknowledgedBytes = 0;
  let stepBytes = 0;
  let isBelieved = true;

  return {
    mark(atMs, bytes) {
      marks.push({ atMs, bytes });
      if (marks.length > MARKS_MAX) marks.shift();
    },
    heard(sequence, handedOverBytes) {
      const step = (sequence - lastSequence + SEQUENCES) % SEQUENCES;
      lastSequence = sequence;
      if (step === 0) return;
      heardTimes += 1;
      // Some servers reset their count (nginx-rtmp near 4 GB): such an acknowledgement still proves a usual step.
      const possible = handedOverBytes - acknowledgedBytes;
      const taken = step <= possible ? step : Math.min(stepBytes, possible);
      acknowledgedBytes += taken;
      stepBytes = Math.max(stepBytes, taken);
    },
    forgetStep() {
      heardTimes = 0;
      stepBytes = 0;
    },
    overdueMs(nowMs, deliveredBytes) {
      isBelieved &&= deliveredBytes - acknowledgedBytes < BELIEVED_BYTES_MAX;
      const dueBytes = acknowledgedBytes + stepBytes * STEP_SLACK + SLACK_BYTES;
      marks = marks.slice(
        Math.max(
          0,
          marks.findLastIndex(({ bytes }) => bytes <= dueBytes),
        ),
      );
      if (heardTimes < HEARD_MIN || !isBelieved) return null;
      const overdue = marks.find(({ bytes }) => bytes > dueBytes);
      return overdue ? nowMs - overdue.atMs : 0;
    },
  };
}
