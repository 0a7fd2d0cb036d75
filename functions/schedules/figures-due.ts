import { channelMetrics, type ChannelMetric } from '../aws/metrics.ts';
import type { Destination } from '../domain/destination.ts';
import { healthOf } from '../domain/health.ts';

/**
 * What the monitor asks CloudWatch for on AWS, where 1,000 metrics cost 0.01 USD: whether media is delivered every
 * minute, and what explains it every five. A test adds up what that costs with fifty channels.
 */
export const MONITORED_ON_AWS = {
  everyRun: ['activeOutputs'],
  figures: ['bitrateBps', 'fillMs'],
  figuresEverySeconds: 300,
} as const satisfies { everyRun: ChannelMetric[]; figures: ChannelMetric[]; figuresEverySeconds: number };

/** What it asks for on one machine, where nothing is billed: everything, at every run. */
export const MONITORED_LOCALLY: { everyRun: ChannelMetric[]; figures: ChannelMetric[]; figuresEverySeconds: number } = {
  everyRun: channelMetrics(true),
  figures: [],
  figuresEverySeconds: 0,
};

/** The first minutes of a run are read closely: that is when most things go wrong. */
const YOUNG_SECONDS = 600;

/**
 * True when a destination's figures have to be read again: after `everySeconds`, and at every run while the destination
 * is young or not well. Whether media is delivered is read at every run anyway. Pure.
 */
export function isFiguresDue(
  record: Pick<Destination, 'status' | 'observation' | 'runningSince'>,
  now: Date,
  everySeconds: number,
): boolean {
  const { observation, runningSince } = record;
  const ageSeconds = (at: string) => (now.getTime() - Date.parse(at)) / 1000;
  // A clock that was set back makes an age negative: then everything is read again.
  const isOlder = (at: string, seconds: number) => ageSeconds(at) < 0 || ageSeconds(at) >= seconds;
  if (!observation?.figuresAt || runningSince === null) return true;
  if (!isOlder(runningSince, YOUNG_SECONDS) || healthOf(record).level !== 'good') return true;
  if (Date.parse(observation.figuresAt) < Date.parse(runningSince)) return true;
  return isOlder(observation.figuresAt, everySeconds);
}
