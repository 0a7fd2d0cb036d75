import { GetCostAndUsageCommand, GetDimensionValuesCommand, type Group } from '@aws-sdk/client-cost-explorer';
import { beginningOf } from '../journal.ts';
import type { CheckContext } from '../proof-context.ts';
import { patiently } from '../waiting.ts';
import type { Check } from './check.ts';

/**
 * Reads what AWS charged for the day of the proof, by usage type. Cost Explorer has the data about a day later and
 * charges 0.01 USD per request; this check sends two.
 */
export const costs: Check = {
  checkId: 'costs',
  title: 'reading the cost of the day of the proof',
  limits: { minutesMax: 5 },
  async run(context) {
    const usage = await readUsage(context);
    for (const line of usage.map(format)) context.deps.say(`  ${line}`);
    // The report has all other usage types as well, in case AWS names the idle fees differently.
    const all = { usdMax: IDLE_USD_MAX, what: 'idle fees', others: usage.filter((each) => !isIdle(each)) };
    decidePrices(context, 'AWS-29', usage.filter(isIdle), all);
    const transfer = { usdMax: TRANSFER_USD_MAX, what: 'transfer out of MediaConnect', others: [] };
    decidePrices(context, 'AWS-30', usage.filter(isTransfer), transfer);
  },
};

interface Usage {
  usageType: string;
  operation: string;
  quantity: number;
  unit: string;
  usd: number;
}

const SERVICES = /MediaLive|MediaConnect|MediaPackage/;
/** USD per hour. */
const IDLE_USD_MAX = 0.05;
/** USD per gigabyte. */
const TRANSFER_USD_MAX = 0.01;
/** List prices have few decimals, and amounts for small quantities are rounded. */
const TOLERANCE = 1.05;

async function readUsage(context: CheckContext): Promise<Usage[]> {
  const { costExplorer } = context.deps.clients;
  const beganAtMs = beginningOf(context.journal)?.atMs ?? context.now();
  // A proof may run past midnight.
  const TimePeriod = { Start: dayOf(beganAtMs), End: dayOf(beganAtMs + 2 * 86_400_000) };
  const { DimensionValues: services = [] } = await patiently(context, () =>
    costExplorer.send(new GetDimensionValuesCommand({ TimePeriod, Dimension: 'SERVICE' })),
  );
  const media = services.flatMap(({ Value: value = '' }) => (SERVICES.test(value) ? [value] : []));
  if (media.length === 0) return [];
  const { ResultsByTime: days = [] } = await patiently(context, () =>
    costExplorer.send(
      new GetCostAndUsageCommand({
        TimePeriod,
        Granularity: 'DAILY',
        Metrics: ['UnblendedCost', 'UsageQuantity'],
        Filter: { Dimensions: { Key: 'SERVICE', Values: media } },
        GroupBy: [
          { Type: 'DIMENSION', Key: 'USAGE_TYPE' },
          { Type: 'DIMENSION', Key: 'OPERATION' },
        ],
      }),
    ),
  );
  return addUp(days.flatMap(({ Groups: groups = [] }) => groups.map(toUsage)));
}

function toUsage({ Keys: [usageType = '', operation = ''] = [], Metrics: metrics = {} }: Group): Usage {
  return {
    usageType,
    operation,
    quantity: Number(metrics['UsageQuantity']?.Amount ?? 0),
    unit: metrics['UsageQuantity']?.Unit ?? '',
    usd: Number(metrics['UnblendedCost']?.Amount ?? 0),
  };
}

function addUp(usage: Usage[]): Usage[] {
  const sums = new Map<string, Usage>();
  for (const each of usage) {
    const key = `${each.usageType} ${each.operation}`;
    const sum = sums.get(key);
    sums.set(key, sum ? { ...each, quantity: sum.quantity + each.quantity, usd: sum.usd + each.usd } : each);
  }
  return [...sums.values()].toSorted((one, other) => other.usd - one.usd);
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

const isIdle = ({ usageType, operation }: Usage) => /idle|inactive/i.test(`${usageType} ${operation}`);
const isTransfer = ({ usageType }: Usage) =>
  /MediaConnect|EMX|MC-/i.test(usageType) && /bytes|transfer/i.test(usageType);

function decidePrices(
  context: CheckContext,
  id: 'AWS-29' | 'AWS-30',
  usage: readonly Usage[],
  { usdMax, what, others }: { usdMax: number; what: string; others: readonly Usage[] },
): void {
  const used = usage.filter(({ quantity }) => quantity > 0);
  const also = others.map((other) => `also charged: ${format(other)}`);
  if (used.length === 0) {
    const reason = `Cost Explorer lists no ${what} for the day; it may take two days, try again`;
    context.decide(id, 'not decided', reason, ...also);
    return;
  }
  const holds = used.every(({ usd, quantity }) => usd / quantity <= usdMax * TOLERANCE);
  context.decide(id, holds ? 'holds' : 'does not hold', ...used.map(format), ...also);
}

function format({ usageType, operation, quantity, unit, usd }: Usage): string {
  const each = quantity > 0 ? `${(usd / quantity).toFixed(4)} USD each` : 'no price';
  return `${usageType} (${operation}): ${quantity.toFixed(3)} ${unit}, ${usd.toFixed(4)} USD, ${each}`;
}
