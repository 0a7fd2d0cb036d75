import { PRICED_PARTS, type PricedPart } from '../../presets/price-parts.ts';
import { costOfTimeWithin, type Span } from './billed-time.ts';
import type { Destination } from './destination.ts';
import { isPrimary } from './lifecycle.ts';
import { sum, times, type Money } from './money.ts';
import { HOURS_PER_MONTH, priceOf, type Pricing } from './pricing.ts';

/** The parts of a deployment's cost that accrue around the clock, even with every channel stopped. */
export const FIXED_PARTS = ['monitoring', 'keysAndSecrets'] as const;
export type FixedPart = (typeof FIXED_PARTS)[number];

/** Resources of the stacks that AWS bills by the month. `test/infra/billed-resources.test.ts` counts them. */
export const BILLED_RESOURCES = {
  /** One for each metric that an alarm reads. */
  alarmMetric: 62,
  /** Metrics that the metric filters derive from log lines. */
  customMetric: 13,
  metricsDashboard: 1,
  kmsKey: 3,
  secret: 4,
} as const satisfies Partial<Record<PricedPart, number>>;

/** Resources that a backup source adds: the secret with its passphrase. */
export const BACKUP_RESOURCES = { secret: 1 } as const satisfies Partial<Record<keyof typeof BILLED_RESOURCES, number>>;

/** Resources that the public pages add without a single watcher: the secrets of the edge and the cookies, and four alarms. */
export const AUDIENCE_RESOURCES = { alarmMetric: 4, secret: 2 } as const satisfies Partial<
  Record<keyof typeof BILLED_RESOURCES, number>
>;

type Options = Pick<Pricing, 'hasAudience' | 'hasBackupSource'>;

function countOf(resource: keyof typeof BILLED_RESOURCES, { hasAudience, hasBackupSource }: Options): number {
  const more: Partial<Record<keyof typeof BILLED_RESOURCES, number>>[] = [
    hasBackupSource ? BACKUP_RESOURCES : {},
    hasAudience ? AUDIENCE_RESOURCES : {},
  ];
  return more.reduce<number>((total, added) => total + (added[resource] ?? 0), BILLED_RESOURCES[resource]);
}

const PART_RESOURCES: Record<FixedPart, readonly (keyof typeof BILLED_RESOURCES)[]> = {
  monitoring: ['alarmMetric', 'customMetric', 'metricsDashboard'],
  keysAndSecrets: ['kmsKey', 'secret'],
};

/** Returns the price per hour of a fixed part. */
export function priceOfFixed(pricing: Pricing, part: FixedPart): Money {
  return sum(
    PART_RESOURCES[part].map((resource) =>
      times(priceOf(pricing, resource), countOf(resource, pricing) / HOURS_PER_MONTH),
    ),
  );
}

/** Returns the number of resources in a fixed part. */
export function resourcesOf(part: FixedPart, pricing: Options): number {
  return PART_RESOURCES[part].reduce((total, resource) => total + countOf(resource, pricing), 0);
}

/** Returns the price per hour of GetMetricData, which is billed per metric read. @param perHour metrics read */
export function priceOfMetricReads(pricing: Pricing, perHour: number): Money {
  return { ...times(priceOf(pricing, 'metricReads'), perHour / 1000), isAbout: perHour > 0 };
}

/**
 * Returns what the fixed parts cost within a window.
 * @param since when the deployment began, in milliseconds; null when unknown, which makes the cost unknown
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

/** Parts billed by the hour or by use, whose amount no record holds. */
export const NOT_RECORDED: Money = {
  microUsd: 0,
  unknownParts: ['running time of the flow (not recorded)', 'metrics read from CloudWatch (not recorded)'],
  isAbout: false,
};

/**
 * Returns when the deployment's first sweep created the primary's record, in milliseconds; null without that record.
 */
export function beganAt(records: readonly Destination[]): number | null {
  const primary = records.find(isPrimary);
  return primary ? Date.parse(primary.createdAt) : null;
}

function namesOf(part: FixedPart): string {
  return PART_RESOURCES[part].map((resource) => PRICED_PARTS[resource].name).join(', ');
}
