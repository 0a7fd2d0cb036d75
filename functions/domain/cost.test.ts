import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listPlatforms } from '../../presets/index.ts';
import { getPrices, PRICED_PARTS, type PricedPart, type Prices } from '../../presets/prices.ts';
import {
  billedMinutes,
  billedMinutesBefore,
  costWithin,
  forHours,
  isComplete,
  priceOfFlow,
  priceOfHeld,
  priceOfIdle,
  priceOfLeftover,
  priceOfRunning,
  sum,
  toUsd,
} from './cost.ts';
import { newDestination } from './new-destination.ts';

const MINUTE = 60_000;
const NOW = new Date('2026-11-21T18:00:00.000Z');
const prices = getPrices('us-east-1')!;
/** As if every price were known: a different one each, so that no two parts can be mistaken for each other. */
const allKnown: Prices = {
  ...prices,
  perHour: Object.fromEntries(Object.keys(PRICED_PARTS).map((part, index) => [part, (index + 1) / 1000])) as Record<
    PricedPart,
    number
  >,
};
const perHour = (platform: string, preset: string, more = {}) =>
  priceOfRunning(allKnown, { destinationId: 'dst_1', platform, preset, ...more });
const usd = (...parts: PricedPart[]) =>
  Math.round(parts.reduce((total, part) => total + allKnown.perHour[part]! * 1e6, 0)) / 1e6;
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

describe('the price of a running channel', () => {
  it.each([
    ['twitch', '1080p30', 'outputHdAvcBelow10Mbps30Fps'],
    ['twitch', '720p30', 'outputHdAvcBelow10Mbps30Fps'],
    ['twitch', '480p30', 'outputSdAvcBelow10Mbps30Fps'],
    ['twitch', '1080p60', 'outputHdAvcBelow10Mbps60Fps'],
    ['youtube', '1080p30', 'outputHdAvcBelow10Mbps30Fps'],
    ['youtube', '1080p60', 'outputHdAvc10To20Mbps60Fps'],
  ] as const)('of %s at %s is its declared input and its output’s tier', (platform, preset, output) => {
    expect(toUsd(perHour(platform, preset))).toBe(usd('inputHdAvc10To20Mbps', output));
  });

  it('of a ladder is one input and every output, by the encodings alone', () => {
    const ladder = priceOfRunning(allKnown, { destinationId: 'primary', platform: 'hls', preset: '1080p30,480p30' });
    expect(toUsd(ladder)).toBe(
      usd('inputHdAvc10To20Mbps', 'outputHdAvcBelow10Mbps30Fps', 'outputSdAvcBelow10Mbps30Fps'),
    );
    expect(isComplete(ladder)).toBe(true);
  });

  it('leaves out an output that follows its source, and says so', () => {
    const { unknownParts, ...money } = perHour('custom', 'source', { framesPerSecond: 30 });
    expect(toUsd({ ...money, unknownParts })).toBe(usd('inputHdAvc10To20Mbps'));
    expect(unknownParts).toEqual(['MediaLive output that follows its source']);
  });

  it('is not guessed: what nobody has confirmed is named, and null when nothing is left', () => {
    const twitch = priceOfRunning(prices, { destinationId: 'dst_1', platform: 'twitch', preset: '1080p30' });
    expect([toUsd(twitch), twitch.unknownParts]).toEqual([0.5976, []]);
    const smooth = priceOfRunning(prices, { destinationId: 'dst_1', platform: 'twitch', preset: '1080p60' });
    expect([toUsd(smooth), smooth.unknownParts]).toEqual([0.1764, [PRICED_PARTS.outputHdAvcBelow10Mbps60Fps]]);
    const youtube = priceOfRunning(prices, { destinationId: 'dst_1', platform: 'youtube', preset: '1080p60' });
    expect([toUsd(youtube), youtube.unknownParts.length]).toEqual([0.1764, 1]);
    const nowhere = priceOfRunning(getPrices('eu-north-1'), {
      destinationId: 'dst_1',
      platform: 'twitch',
      preset: '1080p30',
    });
    expect(toUsd(nowhere)).toBeNull();
    expect(nowhere.unknownParts[0]).toContain('no price list for this region');
  });

  it('is found for every platform and preset without a failure', () => {
    for (const { platformId } of listPlatforms()) {
      for (const preset of ['1080p60', '1080p30', '720p60', '720p30', '480p30', 'source', 'gone']) {
        const money = perHour(platformId, preset);
        expect(isComplete(money) || money.unknownParts.every((part) => part.length > 10)).toBe(true);
      }
    }
  });
});

describe('the price of what stands still', () => {
  it('is the idle fees of a warm destination, and nothing of a cold one', () => {
    expect(toUsd(priceOfIdle(allKnown, record()))).toBe(usd('idleChannel', 'idlePushInput'));
    expect(toUsd(priceOfIdle(prices, record()))).toBeNull();
    expect(toUsd(priceOfIdle(prices, record({}, 'cold')))).toBe(0);
  });

  it('is by what is held now', () => {
    const input = { inputId: '1', address: '10.0.0.1', port: 5000 };
    const channel = { channelId: '2', channelArn: 'arn', configurationHash: 'aa' };
    const channelRun = { startedAt: NOW.toISOString(), generation: 1, platform: 'twitch', preset: '480p30' };
    expect(toUsd(priceOfHeld(allKnown, record()))).toBe(0);
    expect(toUsd(priceOfHeld(allKnown, record({ input })))).toBe(usd('idlePushInput'));
    expect(toUsd(priceOfHeld(allKnown, record({ input, channel })))).toBe(usd('idlePushInput', 'idleChannel'));
    // The run's own preset, not the one an edit has put down for the next start.
    expect(toUsd(priceOfHeld(allKnown, record({ input, channel, channelRun })))).toBe(
      usd('inputHdAvc10To20Mbps', 'outputSdAvcBelow10Mbps30Fps'),
    );
  });

  it('is the flow’s while it is not standing by', () => {
    expect([toUsd(priceOfFlow(prices, 'ACTIVE')), toUsd(priceOfFlow(prices, 'STANDBY'))]).toEqual([0.16, 0]);
  });

  it('of a leftover is by kind and state', () => {
    const of = (resource: 'channel' | 'input' | 'flowOutput', state = '') =>
      toUsd(priceOfLeftover(allKnown, { resource, state }));
    expect(of('input')).toBe(usd('idlePushInput'));
    expect(of('flowOutput')).toBe(usd('flowOutput'));
    expect(of('channel', 'IDLE')).toBe(usd('idleChannel'));
    expect(of('channel', 'RUNNING')).toBe(usd('inputHdAvc10To20Mbps', 'outputHdAvcBelow10Mbps30Fps'));
    expect(isComplete(priceOfLeftover(allKnown, { resource: 'channel', state: 'RUNNING' }))).toBe(false);
  });
});

describe('billed minutes', () => {
  const run = (milliseconds: number) => billedMinutes({ startMs: 0, endMs: milliseconds });

  it('are the minutes begun, ten at least', () => {
    expect([0, 1, 10 * MINUTE, 10 * MINUTE + 1, 61 * MINUTE, 61 * MINUTE + 1].map(run)).toEqual([
      10, 10, 10, 11, 61, 62,
    ]);
    expect(run(-5 * MINUTE)).toBe(10);
  });

  it('golden example: ninety minutes and a second at 0.5616 per hour', () => {
    const money = { microUsd: 561_600, unknownParts: [] };
    const span = { startMs: Date.UTC(2026, 10, 21, 18), endMs: Date.UTC(2026, 10, 21, 19, 30, 1) };
    // 91 minutes x 561600 / 60 = 851760 micro-dollars.
    expect(toUsd(costWithin(money, span, { startMs: 0, endMs: Date.UTC(2027, 0) }))).toBe(0.85176);
    // A start that is stopped at once: 10 x 9360.
    const short = { ...span, endMs: span.startMs + 1 };
    expect(toUsd(costWithin(money, short, { startMs: 0, endMs: Date.UTC(2027, 0) }))).toBe(0.0936);
  });

  it('that the minimum adds belong to the end of the run: none falls into a day in which nothing ran', () => {
    const midnight = Date.UTC(2026, 10, 22);
    const span = { startMs: midnight - 4 * MINUTE, endMs: midnight - 2 * MINUTE };
    expect(billedMinutesBefore(span, midnight)).toBe(10);
    expect(billedMinutesBefore({ ...span, endMs: midnight + MINUTE }, midnight)).toBe(4);
  });

  it('cut anywhere add up to the whole, to the micro-dollar', () => {
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
          const money = { microUsd, unknownParts: [] };
          const cuts = offsets.map((offset) => startMs + offset).toSorted((one, other) => one - other);
          const edges = [0, ...cuts, Date.UTC(2030, 0)];
          const parts = edges
            .slice(1)
            .map((endMs, index) => costWithin(money, span, { startMs: edges[index]!, endMs }));
          for (const part of parts) expect(part.microUsd).toBeGreaterThanOrEqual(0);
          expect(sum(parts).microUsd).toBe(Math.round((microUsd * billedMinutes(span)) / 60));
        },
      ),
    );
  });
});

describe('an estimate', () => {
  it('is by the minute begun, ten at least', () => {
    const money = { microUsd: 600_000, unknownParts: [] };
    expect([0.01, 1 / 6, 0.5, 1.05, 3].map((hours) => toUsd(forHours(money, hours)))).toEqual([
      0.1, 0.1, 0.3, 0.63, 1.8,
    ]);
  });
});
