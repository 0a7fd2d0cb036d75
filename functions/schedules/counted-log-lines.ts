/**
 * Log lines that CloudWatch counts as metrics, which alarms watch. Their texts and fields are an interface, so the code
 * that logs and the stacks that count both take them from here.
 */

/** The result of one run of the monitor. */
export interface MonitorOutcome {
  /** Destinations with the status running, including the primary. */
  running: number;
  /** The same without the primary: destinations that are on air for an audience. */
  onAir: number;
  /** Destinations on air whose channel receives nothing to send. */
  waiting: number;
  /** Alerts that are set on the channels of all running destinations. */
  alerts: number;
  /** Destinations that reach no platform and will not recover by themselves. */
  down: number;
}

/** The result of one sweep. */
export interface SweepOutcome {
  /** False when another sweep held the lease. */
  ran: boolean;
  orphans: number;
  released: number;
  /** True when the sweep released no orphans because there were suspiciously many. */
  halted: boolean;
}

export const COUNTED_LINES = {
  /** Carries a MonitorOutcome. */
  observed: 'destinations observed',
  /** Carries a SweepOutcome. */
  swept: 'sweep finished',
  ceilingsNotEvaluated: 'monitor could not evaluate the ceilings',
  destinationNotSwept: 'sweep could not handle a destination',
  deliveriesNotSwept: 'sweep could not handle the deliveries',
  egressRepaired: 'the egress address of the flow was not allowed',
  egressNotRepaired: 'the input security group could not be checked',
  groupStartsNotSwept: 'sweep could not handle the group starts',
  incidentsNotSwept: 'sweep could not handle the incidents',
  recordingsNotSwept: 'sweep could not handle the recordings',
  showsNotSwept: 'sweep could not handle the shows',
  orphanNotReleased: 'an orphan could not be released',
} as const;
