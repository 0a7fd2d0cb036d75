import { getPrices } from '../../../presets/prices.ts';
import { MINUTES_MIN } from '../../../functions/domain/billed-time.ts';
import type { CheckId } from './assumptions.ts';
import type { FoundDeployment } from './found-deployment.ts';

/**
 * What a proof can cost at most, from the longest that each check may hold what is charged. A check that runs longer
 * gives up, so the bound is one.
 */

/** List prices of us-east-1, seen on 2026-09-18 like those of `presets/prices`; USD an hour unless the comment says otherwise. */
const UPPER_PRICES = {
  /** HD AVC input of 10 to 20 Mbit/s and HD AVC output below 10 Mbit/s at 30 frames per second. */
  runningChannel: 0.1764 + 0.4212,
  runningFlow: 0.16,
  /** The highest fee quoted in public for an idle channel; the price page gives none. */
  idleChannel: 0.04,
  idlePushInput: 0.04,
  /** Internet egress, USD a gigabyte. */
  egressPerGb: 0.09,
  /** USD a request of Cost Explorer. */
  costExplorerRequest: 0.01,
  /** GetMetricData, USD a thousand metrics. */
  thousandMetrics: 0.01,
} as const;

/** A margin for Regions without a price file, which may be dearer than us-east-1. It is no quoted price. */
const OTHER_REGION_FACTOR = 1.5;

/** What the operator is promised. */
export const COST_MAX_USD = 3;

/** How long a check may take and what it holds meanwhile. Fees of what is idle count by the hour begun. */
export interface CheckLimits {
  /** The check gives up after this long. */
  minutesMax: number;
  /** The flow is active meanwhile. */
  needsFlow?: boolean;
  idleChannels?: number;
  idleInputs?: number;
  /** Minutes a channel may run, start and stop included. */
  channelMinutes?: number;
}

/** Cleaning up gives up after this long. */
export const CLEAN_UP_MINUTES_MAX = 10;

export interface CostPart {
  part: string;
  amount: string;
  usd: number;
}

/** The parts of the bound; their sum is what the operator is asked about. */
export function boundCost(
  limits: Partial<Record<CheckId, CheckLimits>>,
  { region, primary }: Pick<FoundDeployment, 'region' | 'primary'>,
): CostPart[] {
  const all = Object.values(limits);
  const total = (pick: (limit: CheckLimits) => number) => all.reduce((sum, limit) => sum + pick(limit), 0);
  const flowMinutes = total(({ needsFlow, minutesMax }) => (needsFlow ? minutesMax : 0)) + CLEAN_UP_MINUTES_MAX;
  const channelMinutes = Math.max(
    MINUTES_MIN,
    total((limit) => limit.channelMinutes ?? 0),
  );
  const idleChannels = total((limit) => limit.idleChannels ?? 0);
  const idleInputs = total((limit) => limit.idleInputs ?? 0);
  // 3 Mbit/s, the preset of the checks, out to the platform.
  const gigabytes = (channelMinutes * 60 * 3) / 8 / 1000;
  const factor = getPrices(region) === undefined ? OTHER_REGION_FACTOR : 1;
  const part = (name: string, amount: string, usd: number): CostPart => ({ part: name, amount, usd: usd * factor });
  return [
    part('flow', `${flowMinutes} minutes`, (flowMinutes / 60) * UPPER_PRICES.runningFlow),
    part('RTMP channel', `${channelMinutes} minutes`, (channelMinutes / 60) * UPPER_PRICES.runningChannel),
    part('idle channels', `${idleChannels} for an hour`, idleChannels * UPPER_PRICES.idleChannel),
    part('idle inputs', `${idleInputs} for an hour`, idleInputs * UPPER_PRICES.idlePushInput),
    part('egress', `${gigabytes.toFixed(2)} GB`, gigabytes * UPPER_PRICES.egressPerGb),
    part('metrics and Cost Explorer', '', UPPER_PRICES.thousandMetrics + 3 * UPPER_PRICES.costExplorerRequest),
    // The deployment's own preview may start while the flow is active; every start costs ten minutes at least.
    primary === 'off'
      ? part('preview of the deployment', 'off', 0)
      : part(
          'preview of the deployment',
          `${flowMinutes + MINUTES_MIN} minutes`,
          ((flowMinutes + MINUTES_MIN) / 60) * UPPER_PRICES.runningChannel,
        ),
  ];
}

/** The bound as one number, USD. */
export function totalOf(parts: readonly CostPart[]): number {
  return parts.reduce((sum, { usd }) => sum + usd, 0);
}
