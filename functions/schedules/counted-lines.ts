/**
 * Lines of the log that are counted: CloudWatch makes figures of them, and alarms watch the figures. Their texts and
 * fields are an interface, so both sides take them from here.
 */

/** What one look of the monitor came to. */
export interface MonitorOutcome {
  /** Destinations whose status is running, the primary among them. */
  running: number;
  /** The same without the primary: what is on air for an audience of its own. */
  onAir: number;
  /** Those on air whose channel gets nothing to send. */
  waiting: number;
  /** Alerts that are set on the channels of all that run. */
  alerts: number;
  /** Destinations that reach nobody and will not recover by themselves. */
  down: number;
}

/** What one sweep came to. */
export interface SweepOutcome {
  /** False when another sweep was at work. */
  ran: boolean;
  orphans: number;
  released: number;
  /** True when orphans were left alone because there were suspiciously many. */
  halted: boolean;
}

export const COUNTED_LINES = {
  /** With a MonitorOutcome. */
  observed: 'destinations observed',
  /** With a SweepOutcome. */
  swept: 'sweep finished',
  destinationNotSwept: 'sweep could not handle a destination',
  egressRepaired: 'the egress address of the flow was not allowed',
  egressNotRepaired: 'the input security group could not be checked',
  orphanNotReleased: 'an orphan could not be released',
} as const;
