import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listEncodings } from '../../presets/index.ts';
import { PRICED_PARTS } from '../../presets/price-parts.ts';
import { getPrices } from '../../presets/prices.ts';
import { metricsPerLook } from '../../functions/aws/metrics.ts';
import { costOfCrowd } from '../../functions/domain/audience-cost.ts';
import { encodingOf, priceOfFlow, priceOfRunning, priceOfViewer, totalOf } from '../../functions/domain/cost.ts';
import { FIXED_PARTS, priceOfFixed, priceOfMetricReads } from '../../functions/domain/deployment-cost.ts';
import { newPrimary } from '../../functions/domain/primary.ts';
import { sum, toUsd, type Money } from '../../functions/domain/money.ts';
import { HOURS_PER_MONTH, type Pricing } from '../../functions/domain/pricing.ts';
import { parseConfiguration } from '../../infra/aws/configuration.ts';

const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8').replace(/\s+/g, ' ');
const { source, primaryEncodings } = parseConfiguration(
  { deploymentId: 'x', source: { allowedCidr: '192.0.2.1/32' }, alarmEmail: 'a@example.com', monthlyBudgetUsd: 1 },
  'defaults',
);
const prices = getPrices('us-east-1')!;
const pricing: Pricing = {
  prices,
  region: 'us-east-1',
  declaredInput: { Codec: source.codec, Resolution: source.resolution, MaximumBitrate: source.maximumBitrate },
};
const usd = (money: Money) => `$${toUsd(money)!.toFixed(2)}`;
const primary = newPrimary(primaryEncodings.join(','), new Date(0));
const preview = priceOfRunning(pricing, primary);
const perHourOf = (parts: typeof preview, name: string) => parts.find(({ part }) => part === name)!.perHour;

describe('the README’s cost section', () => {
  it('states the price of an always-on deployment before its first destination', () => {
    const [monitoring, keys] = FIXED_PARTS.map((part) => priceOfFixed(pricing, part)) as [Money, Money];
    // The monitor polls once a minute.
    const watched = sum([monitoring, priceOfMetricReads(pricing, metricsPerLook(1) * 60)]);
    const whole = sum([priceOfFlow(pricing, 'ACTIVE'), totalOf(preview), watched, keys]);
    const monthly = Math.round((toUsd(whole)! * HOURS_PER_MONTH) / 10) * 10;
    expect(whole.unknownParts.length).toBeGreaterThan(0);
    expect(README).toContain(
      `costs from ${usd(whole)} an hour, about $${monthly} a month, before its first destination ` +
        `(us-east-1, list prices of ${prices.seenOn}): flow ${usd(priceOfFlow(pricing, 'ACTIVE'))}, ` +
        `preview at ${primaryEncodings.join(',')} ${usd(encodingOf(preview))} and about ` +
        `${usd(perHourOf(preview, 'ingest'))} for MediaPackage ingest, ` +
        `CloudWatch about ${usd(watched)}, keys and secrets ${usd(keys)}.`,
    );
    expect(README).toContain(`Each viewer of the preview adds about ${usd(priceOfViewer(pricing, primary))} an hour.`);
  });

  it('states what a show with 10,000 watchers adds, part by part', () => {
    const encoding = listEncodings().find(({ encodingId }) => encodingId === '720p30');
    const crowd = { watchers: 10_000, hours: 2, messagesPerSecond: 1 };
    const bitrateBps = encoding!.videoBitrateBps! + encoding!.audioBitrateBps;
    const parts = costOfCrowd(pricing, { ...crowd, bitrateBps });
    const whole = sum(parts.map(({ cost }) => cost));
    expect(whole.unknownParts).toEqual([]);
    const rows = parts.map(({ part, quantity, cost }) => {
      const { name, unit } = PRICED_PARTS[part];
      const count = Math.round(unit === 'thousand' ? quantity * 1000 : quantity).toLocaleString('en');
      return `| ${name} | ${unit === 'GB' ? `${count} GB` : count} | ${usd(cost)} |`;
    });
    expect(README).toContain(['| part | quantity | USD |', '| --- | ---: | ---: |', ...rows].join(' '));
    const total = Math.round(toUsd(whole)!).toLocaleString('en');
    const share = Math.round((100 * parts[0]!.cost.microUsd!) / whole.microUsd!);
    expect(README).toContain(`adds about $${total}, ${share} percent of it CloudFront’s transfer`);
  });

  it('states what the public pages add without a watcher', () => {
    const fixed = (hasAudience: boolean) =>
      sum(FIXED_PARTS.map((part) => priceOfFixed({ ...pricing, hasAudience }, part))).microUsd!;
    const monthly = ((fixed(true) - fixed(false)) * HOURS_PER_MONTH) / 1e6;
    expect(README).toContain(`The public pages add about $${monthly.toFixed(2)} a month without a watcher.`);
  });

  it('states the price of a destination', () => {
    const parts = priceOfRunning(pricing, { destinationId: 'dst_1', platform: 'youtube', preset: '1080p30' });
    expect(README).toContain(
      `A YouTube destination at 1080p30 adds from ${usd(totalOf(parts))}: ${usd(encodingOf(parts))} for encoding and about ` +
        `${usd(perHourOf(parts, 'egress'))} for internet egress.`,
    );
  });
});
