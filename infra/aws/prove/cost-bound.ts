import { getPrices } from '../../../presets/prices.ts';
import { MINUTES_MIN } from '../../../functions/domain/billed-time.ts';
import type { CheckId } from './assumption.ts';
import type { FoundDeployment } from './found-deployment.ts';

/**
 * Computes what a proof can cost at most, from the longest time each check may hold billed resources. A check that runs
 * longer gives up, so the bound holds.
 */

/**
 * List prices of us-east-1, read on 2026-09-18 like those of `presets/prices`; USD per hour unless the comment says
 * otherwise.
 */
const UPPER_PRICES = {
  /** HD AVC input of 10 to 20 Mbit/s and HD AVC output below 10 Mbit/s at 30 frames per second. */
  runningChannel: 0.1764 + 0.4212,
  runningFlow: 0.16,
  /** The highest fee publicly quoted for an idle channel; the price page gives none. */
  idleChannel: 0.04,
  idlePushInput: 0.04,
  /** Internet egress, USD per gigabyte. */
  egressPerGb: 0.09,
  /** USD per request of Cost Explorer. */
  costExplorerRequest: 0.01,
  /** GetMetricData, USD per thousand metrics. */
  thousandMetrics: 0.01,
} as const;

/** Safety factor for Regions without a price file, which may cost more than us-east-1. Not a quoted price. */
const OTHER_REGION_FACTOR = 1.5;

/** The most a proof may cost, as promised to the operator. */
export const COST_MAX_USD = 3;

/** How long a check may take and what it holds during that time. Idle fees count per hour begun. */
export interface CheckLimits {
  /** The check gives up after this long. */
  minutesMax: number;
  /** The flow is active during the check. */
  needsFlow?: boolean;
  idleChannels?: number;
  idleInputs?: number;
  /** Minutes a channel may run, including start and stop. */
  channelMinutes?: number;
}

/** The cleanup gives up after this long. */
export const CLEAN_UP_MINUTES_MAX = 10;

export interface CostPart {
  part: string;
  amount: string;
  usd: number;
}

/** Returns the parts of the bound. Their sum is what the operator confirms. */
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
  // The checks' preset sends 3 Mbit/s to the platform.
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
    // The deployment's preview may start while the flow is active; each start costs at least ten minutes.
    primary === 'off'
      ? part('preview of the deployment', 'off', 0)
      : part(
          'preview of the deployment',
          `${flowMinutes + MINUTES_MIN} minutes`,
          ((flowMinutes + MINUTES_MIN) / 60) * UPPER_PRICES.runningChannel,
        ),
  ];
}

/** Returns the bound as one amount in USD. */
export function totalOf(parts: readonly CostPart[]): number {
  return parts.reduce((sum, { usd }) => sum + usd, 0);
}
