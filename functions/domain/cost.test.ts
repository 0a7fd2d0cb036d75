import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listPlatforms } from '../../presets/index.ts';
import { PRICED_PART_IDS, PRICED_PARTS, type PricedPart } from '../../presets/price-parts.ts';
import { getPrices, type Prices } from '../../presets/prices.ts';
import { billedMinutes, billedMinutesBefore, costOfMinutesWithin, costOfTimeWithin } from './billed-time.ts';
import {
  costSoFar,
  costWithin,
  encodingOf,
  forHours,
  priceOfFlow,
  priceOfHeld,
  priceOfIdle,
  priceOfLeftover,
  priceOfRunning,
  priceOfViewer,
  totalOf,
  type ChannelSettings,
} from './cost.ts';
import { DEFAULT_DECLARED_INPUT, type DeclaredInput } from './declared-input.ts';
import { isComplete, sum, toUsd } from './money.ts';
import { newDestination } from './new-destination.ts';
import type { Pricing } from './pricing.ts';

const MINUTE = 60_000;
const NOW = new Date('2026-11-21T18:00:00.000Z');
const prices = getPrices('us-east-1')!;
const pricingBy = (list: Prices | undefined, declaredInput: DeclaredInput = DEFAULT_DECLARED_INPUT): Pricing => ({
  prices: list,
  region: 'us-east-1',
  declaredInput,
});
const shipped = pricingBy(prices);
/** Prices every part, each differently, so that a test notices when two parts are confused. */
const allPrices: Prices = {
  ...prices,
  prices: Object.fromEntries(PRICED_PART_IDS.map((part, index) => [part, (index + 1) / 1000])),
};
const allKnown = pricingBy(allPrices);
const settingsFor = (platform: string, preset: string, more: Partial<ChannelSettings> = {}): ChannelSettings => ({
  destinationId: 'dst_1',
  platform,
  preset,
  ...more,
});
const encodingPrice = (pricing: Pricing, platform: string, preset: string, more = {}) =>
  encodingOf(priceOfRunning(pricing, settingsFor(platform, preset, more)));
const usd = (...parts: PricedPart[]) =>
  Math.round(parts.reduce((total, part) => total + allPrices.prices[part]! * 1e6, 0)) / 1e6;
/** Returns dollars per part of a running channel's price. */
const partsOf = (pricing: Pricing, settings: ChannelSettings) =>
  Object.fromEntries(priceOfRunning(pricing, settings).map(({ part, perHour }) => [part, toUsd(perHour)]));
const record = (held = {}, standby: 'warm' | 'cold' = 'warm') =>
  newDestination(
    {
      destinationId: 'dst_1',
      name: 'Main',
      platform: 'twitch',
      rtmpUrl: 'rtmps://example.com/app',
      preset: '1080p30',
      standby,
      held,
    },
    NOW,
  );

describe('the price of encoding', () => {
  it.each([
    ['twitch', '1080p30', 'outputHdAvcBelow10Mbps30Fps'],
    ['twitch', '720p30', 'outputHdAvcBelow10Mbps30Fps'],
    ['twitch', '480p30', 'outputSdAvcBelow10Mbps30Fps'],
    ['twitch', '1080p60', 'outputHdAvcBelow10Mbps60Fps'],
    ['youtube', '1080p30', 'outputHdAvcBelow10Mbps30Fps'],
    ['youtube', '1080p60', 'outputHdAvc10To20Mbps60Fps'],
  ] as const)('for %s at %s is that of the declared input and of the output tier', (platform, preset, output) => {
    expect(toUsd(encodingPrice(allKnown, platform, preset))).toBe(usd('inputHdAvc10To20Mbps', output));
  });

  it.each([
    ['AVC', 'SD', 'MAX_10_MBPS', 'inputSdAvcBelow10Mbps'],
    ['AVC', 'HD', 'MAX_10_MBPS', 'inputHdAvcBelow10Mbps'],
    ['AVC', 'HD', 'MAX_20_MBPS', 'inputHdAvc10To20Mbps'],
    ['AVC', 'UHD', 'MAX_50_MBPS', 'inputUhdAvc20To50Mbps'],
    ['HEVC', 'HD', 'MAX_20_MBPS', 'inputHdHevc10To20Mbps'],
    ['HEVC', 'UHD', 'MAX_50_MBPS', 'inputUhdHevc20To50Mbps'],
  ] as const)('follows the declared input %s %s %s', (Codec, Resolution, MaximumBitrate, part) => {
    const declared = { Codec, Resolution, MaximumBitrate };
    expect(toUsd(encodingPrice(pricingBy(allPrices, declared), 'twitch', '1080p30'))).toBe(
      usd(part, 'outputHdAvcBelow10Mbps30Fps'),
    );
  });

  it('names a declared input without a confirmed price', () => {
    const declared = { Codec: 'HEVC', Resolution: 'UHD', MaximumBitrate: 'MAX_50_MBPS' } as const;
    const price = encodingPrice(pricingBy(prices, declared), 'twitch', '1080p30');
    expect([toUsd(price), price.unknownParts]).toEqual([0.4212, ['MediaLive input, UHD HEVC, 20 to 50 Mbit/s']]);
  });

  it('of a ladder is that of one input and every output', () => {
    const ladder = encodingOf(
      priceOfRunning(allKnown, { destinationId: 'primary', platform: 'hls', preset: '1080p30,480p30' }),
    );
    expect(toUsd(ladder)).toBe(
      usd('inputHdAvc10To20Mbps', 'outputHdAvcBelow10Mbps30Fps', 'outputSdAvcBelow10Mbps30Fps'),
    );
    expect(isComplete(ladder)).toBe(true);
  });

  it('leaves out an output that follows its source, and names it', () => {
    const price = encodingPrice(allKnown, 'custom', 'source', { framesPerSecond: 30 });
    expect(toUsd(price)).toBe(usd('inputHdAvc10To20Mbps'));
    expect(price.unknownParts).toEqual(['MediaLive output that follows its source']);
  });

  it('of a run depends on its recorded outputs, whatever its preset is now', () => {
    const outputs = [
      { width: 1280, height: 720, framesPerSecond: 50, videoBitrateBps: 12_000_000, audioBitrateBps: 128_000 },
    ];
    expect(toUsd(encodingPrice(allKnown, 'custom', 'source', { outputs, isRun: true }))).toBe(
      usd('inputHdAvc10To20Mbps', 'outputHdAvc10To20Mbps60Fps'),
    );
  });

  it('names unconfirmed parts instead of guessing, and is null when no part is confirmed', () => {
    const twitch = encodingPrice(shipped, 'twitch', '1080p30');
    expect([toUsd(twitch), twitch.unknownParts]).toEqual([0.5976, []]);
    const smooth = encodingPrice(shipped, 'twitch', '1080p60');
    expect([toUsd(smooth), smooth.unknownParts]).toEqual([0.1764, [PRICED_PARTS.outputHdAvcBelow10Mbps60Fps.name]]);
    const youtube = encodingPrice(shipped, 'youtube', '1080p60');
    expect([toUsd(youtube), youtube.unknownParts.length]).toEqual([0.1764, 1]);
  });

  it('in a Region without a price list is unknown, and names the command that fetches one', () => {
    const nowhere = { ...pricingBy(undefined), region: 'eu-north-1' };
    for (const preset of ['1080p30', 'source', 'gone']) {
      const price = totalOf(priceOfRunning(nowhere, settingsFor('twitch', preset)));
      expect([toUsd(price), price.unknownParts]).toEqual([
        null,
        ['all prices of eu-north-1 (run npm run preflight -- --environment NAME --prices, then deploy)'],
      ]);
    }
  });

  it('is computed for every platform and preset without an error', () => {
    for (const { platformId } of listPlatforms()) {
      for (const preset of ['1080p60', '1080p30', '720p60', '720p30', '480p30', 'source', 'gone']) {
        const money = totalOf(priceOfRunning(allKnown, settingsFor(platformId, preset)));
        expect(isComplete(money) || money.unknownParts.every((part) => part.length > 10)).toBe(true);
      }
    }
  });
});

describe('the price of traffic', () => {
  it('golden example: YouTube at 9.9 Mbit/s with sound sends 4.5 GB an hour to the internet', () => {
    // (9,900,000 + 128,000) bit/s x 3600 s / 8e9 = 4.5126 GB, at 0.09.
    const parts = priceOfRunning(shipped, settingsFor('youtube', '1080p30'));
    const egress = parts.find(({ part }) => part === 'egress')!.perHour;
    expect(egress).toEqual({ microUsd: 406_134, unknownParts: [], isAbout: true });
    expect(totalOf(parts)).toMatchObject({
      microUsd: 597_600 + 406_134,
      isAbout: true,
      unknownParts: ['transfer from MediaConnect to MediaLive'],
    });
  });

  it('from the flow is that of the feed plus a fifth for FEC, and unknown until the feed is measured', () => {
    // 5 Mbit/s x 1.2 x 3600 / 8e9 = 2.7 GB.
    const measured = partsOf(allKnown, settingsFor('twitch', '1080p30', { feedBitrateBps: 5_000_000 }));
    expect(measured['transfer']).toBeCloseTo(2.7 * allPrices.prices.flowTransfer!, 6);
    const unmeasured = totalOf(priceOfRunning(allKnown, settingsFor('twitch', '1080p30')));
    expect(unmeasured.unknownParts).toEqual(['transfer from MediaConnect to MediaLive (bitrate not known)']);
  });

  it('of the primary covers MediaPackage instead of the internet, and names its viewers', () => {
    const primary = { destinationId: 'primary', platform: 'hls', preset: '720p30,480p30' };
    const parts = priceOfRunning(shipped, primary);
    expect(parts.map(({ part }) => part)).toEqual(['encoding', 'transfer', 'ingest', 'viewing']);
    // (3,000,000 + 1,500,000 + 2 x 128,000) bit/s x 3600 / 8e9 = 2.1402 GB, at 0.03.
    expect(partsOf(shipped, primary)['ingest']).toBe(0.064206);
    expect(totalOf(parts).unknownParts).toContain('viewers of the preview (MediaPackage origination, CloudFront)');
  });

  it('of a viewer is that of origination and CloudFront at the largest rendition', () => {
    // 3,128,000 bit/s = 1.4076 GB, at 0.05 + 0.085.
    const viewer = priceOfViewer(shipped, { destinationId: 'primary', platform: 'hls', preset: '480p30,720p30' });
    expect(viewer).toEqual({ microUsd: 70_380 + 119_646, unknownParts: [], isAbout: true });
  });

  it('of a run without a recorded bitrate is unknown, while its encoding is known', () => {
    const parts = priceOfRunning(shipped, settingsFor('twitch', '1080p30', { isRun: true }));
    expect(totalOf(parts)).toMatchObject({
      microUsd: 597_600,
      unknownParts: ['transfer from MediaConnect to MediaLive', 'transfer to the internet (bitrate not known)'],
    });
  });

  it('is billed by the second, without the minimum of ten minutes', () => {
    const parts = priceOfRunning(allKnown, settingsFor('twitch', '480p30', { feedBitrateBps: 5_000_000 }));
    const [encoding, ...traffic] = parts.map(({ perHour }) => perHour.microUsd!);
    const run = { startMs: 0, endMs: 6 * MINUTE };
    const costs = costWithin(parts, run, { startMs: 0, endMs: 60 * MINUTE });
    expect(costs.map(({ cost }) => cost.microUsd)).toEqual([
      Math.round(encoding! / 6),
      ...traffic.map((perHour) => Math.round(perHour / 10)),
    ]);
  });
});

describe('the price at rest', () => {
  it('is the idle fees of a warm destination, and zero for a cold one', () => {
    expect(toUsd(priceOfIdle(allKnown, record()))).toBe(usd('idleChannel', 'idlePushInput'));
    expect(toUsd(priceOfIdle(shipped, record()))).toBeNull();
    expect(toUsd(priceOfIdle(shipped, record({}, 'cold')))).toBe(0);
  });

  it('depends on the held resources', () => {
    const input = { inputId: '1', address: '10.0.0.1', port: 5000 };
    const channel = { channelId: '2', channelArn: 'arn', configurationHash: 'aa' };
    const channelRun = { startedAt: NOW.toISOString(), generation: 1, platform: 'twitch', preset: '480p30' };
    expect(toUsd(priceOfHeld(allKnown, record()))).toBe(0);
    expect(toUsd(priceOfHeld(allKnown, record({ input })))).toBe(usd('idlePushInput'));
    expect(toUsd(priceOfHeld(allKnown, record({ input, channel })))).toBe(usd('idlePushInput', 'idleChannel'));
    // The preset of the run, not the one an edit has set for the next start.
    const running = record({ input, channel, channelRun });
    expect(toUsd(priceOfHeld(allKnown, running))).toBe(usd('inputHdAvc10To20Mbps', 'outputSdAvcBelow10Mbps30Fps'));
    expect(toUsd(costSoFar(allKnown, running, new Date(NOW.getTime() + 1))!)).toBe(
      Math.round((usd('inputHdAvc10To20Mbps', 'outputSdAvcBelow10Mbps30Fps') * 1e6) / 6) / 1e6,
    );
  });

  it('of the flow is charged unless it is in STANDBY', () => {
    expect([toUsd(priceOfFlow(shipped, 'ACTIVE')), toUsd(priceOfFlow(shipped, 'STANDBY'))]).toEqual([0.16, 0]);
  });

  it('of an orphan depends on its kind and state', () => {
    const of = (resource: 'channel' | 'input' | 'flowOutput', state = '') =>
      toUsd(priceOfLeftover(allKnown, { resource, state }));
    expect(of('input')).toBe(usd('idlePushInput'));
    expect(of('flowOutput')).toBeNull();
    expect(of('channel', 'IDLE')).toBe(usd('idleChannel'));
    expect(of('channel', 'RUNNING')).toBe(usd('inputHdAvc10To20Mbps', 'outputHdAvcBelow10Mbps30Fps'));
    expect(isComplete(priceOfLeftover(allKnown, { resource: 'channel', state: 'RUNNING' }))).toBe(false);
  });
});

describe('billed minutes', () => {
  const run = (milliseconds: number) => billedMinutes({ startMs: 0, endMs: milliseconds });

  it('are started minutes, at least ten', () => {
    expect([0, 1, 10 * MINUTE, 10 * MINUTE + 1, 61 * MINUTE, 61 * MINUTE + 1].map(run)).toEqual([
      10, 10, 10, 11, 61, 62,
    ]);
    expect(run(-5 * MINUTE)).toBe(10);
  });

  it('golden example: cost 0.85176 USD for ninety minutes and a second at 0.5616 per hour', () => {
    const money = { microUsd: 561_600, unknownParts: [], isAbout: false };
    const span = { startMs: Date.UTC(2026, 10, 21, 18), endMs: Date.UTC(2026, 10, 21, 19, 30, 1) };
    // 91 minutes x 561600 / 60 = 851760 micro-dollars.
    expect(toUsd(costOfMinutesWithin(money, span, { startMs: 0, endMs: Date.UTC(2027, 0) }))).toBe(0.85176);
    // A start that is stopped at once costs 10 x 9360.
    const short = { ...span, endMs: span.startMs + 1 };
    expect(toUsd(costOfMinutesWithin(money, short, { startMs: 0, endMs: Date.UTC(2027, 0) }))).toBe(0.0936);
  });

  it('that the minimum adds count at the end of the run, so a day without a run has none', () => {
    const midnight = Date.UTC(2026, 10, 22);
    const span = { startMs: midnight - 4 * MINUTE, endMs: midnight - 2 * MINUTE };
    expect(billedMinutesBefore(span, midnight)).toBe(10);
    expect(billedMinutesBefore({ ...span, endMs: midnight + MINUTE }, midnight)).toBe(4);
  });

  it('add up to the whole wherever they are cut, to the micro-dollar', () => {
    const day = 86_400_000;
    const lengthMs = fc.integer({ min: 0, max: 4 * day });
    const offsetMs = fc.integer({ min: -day, max: 5 * day });
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 1, 27), max: Date.UTC(2024, 10, 4) }),
        lengthMs,
        fc.integer({ min: 1, max: 3_000_000 }),
        fc.array(offsetMs, { minLength: 1, maxLength: 12 }),
        (startMs, length, microUsd, offsets) => {
          const span = { startMs, endMs: startMs + length };
          const money = { microUsd, unknownParts: [], isAbout: false };
          const cuts = offsets.map((offset) => startMs + offset).toSorted((one, other) => one - other);
          const edges = [0, ...cuts, Date.UTC(2030, 0)];
          for (const [costOf, whole] of [
            [costOfMinutesWithin, (microUsd * billedMinutes(span)) / 60],
            [costOfTimeWithin, microUsd * (length / (60 * MINUTE))],
          ] as const) {
            const parts = edges.slice(1).map((endMs, index) => costOf(money, span, { startMs: edges[index]!, endMs }));
            for (const part of parts) expect(part.microUsd).toBeGreaterThanOrEqual(0);
            expect(sum(parts).microUsd).toBe(Math.round(whole));
          }
        },
      ),
    );
  });
});

describe('an estimate', () => {
  it('counts started minutes, at least ten, for encoding, and hours for traffic', () => {
    const perHour = { microUsd: 600_000, unknownParts: [], isAbout: false };
    const costs = (part: 'encoding' | 'egress') =>
      [0.01, 1 / 6, 0.5, 1.05, 3].map((hours) => toUsd(forHours([{ part, perHour }], hours)));
    expect(costs('encoding')).toEqual([0.1, 0.1, 0.3, 0.63, 1.8]);
    expect(costs('egress')).toEqual([0.006, 0.1, 0.3, 0.63, 1.8]);
  });
});
