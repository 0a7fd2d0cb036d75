/** State machines that call one step again and again, each time when the record says: those of shows and group starts. */

/** What the state machine does next. */
export interface RoundVerdict {
  next: 'wait' | 'finish';
  /** RFC 3339. */
  waitUntil: string;
  rounds: number;
}

/** Step Functions ends an execution after 25,000 events, and a round has seven. */
export const ROUNDS_MAX = 2_000;
