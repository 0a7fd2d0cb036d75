import { channelMetrics, type ChannelMetric } from '../aws/metrics.ts';
import type { Destination } from '../domain/destination.ts';
import { healthOf } from '../domain/health.ts';

/** What the monitor reads, and how often. */
export interface Monitored {
  /** Metrics read on every run, and those read every `figuresEverySeconds`: CloudWatch bills each requested metric. */
  everyRun: readonly ChannelMetric[];
  figures: readonly ChannelMetric[];
  figuresEverySeconds: number;
  /** How often the feed's format is read, for which MediaConnect is asked once more. */
  mediaEverySeconds: number;
  /** How often the analysis of the content is read while nothing is wrong. An event of MediaConnect does not wait. */
  contentEverySeconds: number;
  /** True on one machine, whose media engine analyses what MediaConnect does not. */
  hasEngine: boolean;
  /** Beyond this much time between two observations of a run, its health in between is recorded as unknown. */
  unobservedAfterSeconds: number;
}

/**
 * The metrics the monitor reads from CloudWatch on AWS, where 1,000 metrics cost 0.01 USD: every minute whether media
 * is delivered, and every five minutes the figures that explain it. A test adds up the cost for fifty channels.
 */
export const MONITORED_ON_AWS = {
  everyRun: ['activeOutputs'],
  figures: ['bitrateBps', 'fillMs'],
  figuresEverySeconds: 300,
  mediaEverySeconds: 50,
  contentEverySeconds: 110,
  hasEngine: false,
  unobservedAfterSeconds: 300,
} as const satisfies Monitored;

/** The metrics the monitor reads on one machine, where nothing is billed: all of them, on every run. */
export const MONITORED_LOCALLY: Monitored = {
  everyRun: channelMetrics(true),
  figures: [],
  figuresEverySeconds: 0,
  mediaEverySeconds: 5,
  contentEverySeconds: 0,
  hasEngine: true,
  unobservedAfterSeconds: 15,
};

/** The first minutes of a channel run are read closely, because most failures happen then. */
const YOUNG_SECONDS = 600;

/**
 * Returns true when a destination's figures must be read again: after `everySeconds`, and on every run while the
 * channel run is young or its health is not good. Whether media is delivered is read on every run anyway. Pure.
 */
export function isFiguresDue(
  record: Pick<Destination, 'status' | 'observation' | 'runningSince'>,
  now: Date,
  everySeconds: number,
): boolean {
  const { observation, runningSince } = record;
  const ageSeconds = (at: string) => (now.getTime() - Date.parse(at)) / 1000;
  // An age is negative after the clock was set back; then everything is read again.
  const isOlder = (at: string, seconds: number) => ageSeconds(at) < 0 || ageSeconds(at) >= seconds;
  if (!observation?.figuresAt || runningSince === null) return true;
  if (!isOlder(runningSince, YOUNG_SECONDS) || healthOf(record).level !== 'good') return true;
  if (Date.parse(observation.figuresAt) < Date.parse(runningSince)) return true;
  return isOlder(observation.figuresAt, everySeconds);
}
