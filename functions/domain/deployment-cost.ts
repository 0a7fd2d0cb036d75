import { PRICED_PARTS, type PricedPart } from '../../presets/price-parts.ts';
import { costOfTimeWithin, type Span } from './billed-time.ts';
import type { Destination } from './destination.ts';
import { isPrimary } from './lifecycle.ts';
import { sum, times, type Money } from './money.ts';
import { HOURS_PER_MONTH, priceOf, type Pricing } from './pricing.ts';

/** What a deployment costs around the clock, with every channel stopped. */
export const FIXED_PARTS = ['monitoring', 'keysAndSecrets'] as const;
export type FixedPart = (typeof FIXED_PARTS)[number];

/** What the stacks create of things that are billed by the month. `test/infra/billed-resources.test.ts` counts them. */
export const BILLED_RESOURCES = {
  /** One for each metric an alarm reads. */
  alarmMetric: 47,
  /** Figures the metric filters make of log lines. */
  customMetric: 13,
  metricsDashboard: 1,
  kmsKey: 3,
  secret: 4,
} as const satisfies Partial<Record<PricedPart, number>>;

const PART_RESOURCES: Record<FixedPart, readonly (keyof typeof BILLED_RESOURCES)[]> = {
  monitoring: ['alarmMetric', 'customMetric', 'metricsDashboard'],
  keysAndSecrets: ['kmsKey', 'secret'],
};

/** Price per hour of one of the fixed parts. */
export function priceOfFixed(pricing: Pricing, part: FixedPart): Money {
  return sum(
    PART_RESOURCES[part].map((resource) =>
      times(priceOf(pricing, resource), BILLED_RESOURCES[resource] / HOURS_PER_MONTH),
    ),
  );
}

/** How many resources one of the fixed parts counts. */
export function resourcesOf(part: FixedPart): number {
  return PART_RESOURCES[part].reduce((total, resource) => total + BILLED_RESOURCES[resource], 0);
}

/** Price per hour of reading metrics with GetMetricData, which is billed by the metric. @param perHour metrics read */
export function priceOfMetricReads(pricing: Pricing, perHour: number): Money {
  return { ...times(priceOf(pricing, 'metricReads'), perHour / 1000), isAbout: perHour > 0 };
}

/**
 * What the fixed parts cost within a window.
 * @param since when the deployment began, in milliseconds; null when nobody knows, which makes the cost unknown
 */
export function costOfFixedWithin(
  pricing: Pricing,
  window: Span,
  since: number | null,
): { part: FixedPart; cost: Money }[] {
  return FIXED_PARTS.map((part) => {
    const perHour = priceOfFixed(pricing, part);
    if (since === null)
      return {
        part,
        cost: { ...perHour, microUsd: null, unknownParts: [`${namesOf(part)} (start of the deployment not recorded)`] },
      };
    return { part, cost: costOfTimeWithin(perHour, { startMs: since, endMs: window.endMs }, window) };
  });
}

/** What a deployment pays for by the hour or by the piece, and what no record says how long or how often. */
export const NOT_RECORDED: Money = {
  microUsd: 0,
  unknownParts: ['running time of the flow (not recorded)', 'metrics read from CloudWatch (not recorded)'],
  isAbout: false,
};

/** When the deployment began, in milliseconds: its first sweep creates the primary's record. Null without one. */
export function beganAt(records: readonly Destination[]): number | null {
  const primary = records.find(isPrimary);
  return primary ? Date.parse(primary.createdAt) : null;
}

function namesOf(part: FixedPart): string {
  return PART_RESOURCES[part].map((resource) => PRICED_PARTS[resource].name).join(', ');
}
