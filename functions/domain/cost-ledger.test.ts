import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getPrices } from '../../presets/prices.ts';
import { CHANNEL_PARTS } from './cost.ts';
import {
  collectRuns,
  createLedger,
  type LedgerGroupBy,
  type LedgerRun,
  type LedgerUsage,
  type RunMention,
} from './cost-ledger.ts';
import type { Destination } from './destination.ts';
import { DEFAULT_DECLARED_INPUT } from './declared-input.ts';
import { toUsd } from './money.ts';
import { newDestination } from './new-destination.ts';
import { runOf, withFeed } from './recorded-run.ts';

const pricing = {
  prices: getPrices('us-east-1'),
  region: 'us-east-1',
  declaredInput: DEFAULT_DECLARED_INPUT,
};
const NOW = new Date('2026-11-21T18:00:00.000Z');
const at = (time: string) => `2026-11-21T${time}:00.000Z`;
const window = (from: string, to: string) => ({ startMs: Date.parse(from), endMs: Date.parse(to) });
const TODAY = window(at('00:00'), '2026-11-22T00:00:00.000Z');

function makeRun(startedAt: string, endedAt: string, change: Partial<LedgerRun> = {}): LedgerRun {
  return {
    destinationId: 'dst_1',
    name: 'Main',
    platform: 'twitch',
    preset: '1080p30',
    startedAt,
    endedAt,
    isEndKnown: true,
    ...change,
  };
}

function mention(startedAt: string, endedAt: string | undefined, recordedAt: string): RunMention {
  const run = { startedAt, platform: 'twitch', preset: '1080p30', ...(endedAt === undefined ? {} : { endedAt }) };
  return { destinationId: 'dst_1', name: 'Main', at: recordedAt, run };
}

function makeRecord(change: Partial<Destination> = {}): Destination {
  const chosen = {
    destinationId: 'dst_1',
    name: 'Main',
    platform: 'twitch',
    rtmpUrl: '',
    preset: '1080p30',
    standby: 'warm' as const,
  };
  return newDestination({ ...chosen, ...change }, NOW);
}
const running = makeRecord({ held: { channelRun: { startedAt: at('17:00'), generation: 1 } } });

describe('the run in a row of the history', () => {
  const step = { startedAt: at('17:00'), endedAt: at('17:05'), attempts: 1 };

  it('has its end once the stop is confirmed, and only its start before that', () => {
    expect(runOf(makeRecord())).toBeUndefined();
    expect(runOf(running)).toEqual({ startedAt: at('17:00'), platform: 'twitch', preset: '1080p30' });
    const released = { ReleaseChannelRun: { ...step, released: 'channelRun' as const } };
    expect(runOf(running, released)).toMatchObject({ startedAt: at('17:00'), endedAt: at('17:05') });
  });

  it('exists for a failed start that StartChannel accepted, and for no other failed start', () => {
    const started = { EnsureChannelRun: { ...step, held: { channelRun: { startedAt: at('17:01'), generation: 2 } } } };
    expect(runOf(makeRecord(), started)).toMatchObject({ startedAt: at('17:01') });
    expect(runOf(makeRecord(), { ReleaseChannelRun: { ...step, released: 'channelRun' } })).toBeUndefined();
  });

  it('has the settings it was started with', () => {
    const outputs = [
      { width: 1280, height: 720, framesPerSecond: 25, videoBitrateBps: 3_000_000, audioBitrateBps: 128_000 },
    ];
    const channelRun = { startedAt: at('17:00'), generation: 1, platform: 'youtube', preset: '720p30', outputs };
    expect(runOf(makeRecord({ preset: '480p30', held: { channelRun } }))).toEqual({
      startedAt: at('17:00'),
      platform: 'youtube',
      preset: '720p30',
      outputs,
    });
  });
});

describe('the feed bitrate of a run', () => {
  const observation = { observedAt: at('17:01'), alerts: [] };
  const feed = { runStartedAt: at('17:00'), bitrateBps: 5_000_000 };

  it('is the first one measured in the run, which later ones do not change', () => {
    expect(withFeed(observation, running, null).feed).toBeUndefined();
    expect(withFeed(observation, running, 0).feed).toBeUndefined();
    expect(withFeed(observation, running, 5_000_000.4).feed).toEqual(feed);
    const measured = { ...running, observation: { ...observation, feed } };
    expect(withFeed(observation, measured, 9_000_000).feed).toEqual(feed);
    expect(withFeed(observation, makeRecord(), 5_000_000).feed).toBeUndefined();
  });

  it('is not taken from an earlier run', () => {
    const old = { ...feed, runStartedAt: at('09:00') };
    const record = { ...running, observation: { ...observation, feed: old } };
    expect(withFeed(observation, record, 6_000_000).feed).toEqual({ ...feed, bitrateBps: 6_000_000 });
    expect(runOf(record)).not.toHaveProperty('feedBitrateBps');
    expect(runOf({ ...record, observation: { ...observation, feed } })).toMatchObject({ feedBitrateBps: 5_000_000 });
  });
});

describe('collectRuns', () => {
  it('returns each run once, with its first confirmed end, however often the history mentions it', () => {
    const mentions = [
      mention(at('10:00'), undefined, at('10:02')),
      mention(at('10:00'), at('11:00'), at('11:01')),
      mention(at('10:00'), at('11:30'), at('11:31')),
    ];
    for (const order of [mentions, mentions.toReversed()]) {
      expect(collectRuns(order, [], NOW)).toMatchObject([{ endedAt: at('11:00'), isEndKnown: true }]);
    }
  });

  it('extends a run in the records until now, unless the history has its end', () => {
    expect(collectRuns([mention(at('17:00'), undefined, at('17:02'))], [running], NOW)).toMatchObject([
      { endedAt: NOW.toISOString(), isEndKnown: true },
    ]);
    expect(collectRuns([mention(at('17:00'), at('17:30'), at('17:31'))], [running], NOW)).toMatchObject([
      { endedAt: at('17:30') },
    ]);
  });

  it('marks a run without a recorded end, and counts it until its last mention', () => {
    const lost = [mention(at('10:00'), undefined, at('10:02')), mention(at('10:00'), undefined, at('10:30'))];
    const runs = collectRuns(lost, [], NOW);
    expect(runs).toMatchObject([{ endedAt: at('10:30'), isEndKnown: false }]);
    const { total } = createLedger(runs, TODAY, { pricing, groupBy: 'day' });
    expect(total.billedMinutes).toBe(30);
    expect(total.cost.unknownParts.join()).toContain('end was not recorded');
  });
});

describe('the ledger', () => {
  it('golden example: sums two destinations by destination, one of them with a run stopped at once', () => {
    const runs = [
      makeRun(at('10:00'), at('12:00')),
      makeRun(at('13:00'), '2026-11-21T13:00:30.000Z'),
      makeRun(at('10:00'), at('10:30'), { destinationId: 'dst_2', name: 'Small', preset: '480p30' }),
    ];
    const { rows, total } = createLedger(runs, TODAY, { pricing, groupBy: 'destination' });
    // 130 min x (0.1764 + 0.4212)/60 = 1.2948; 30 min x (0.1764 + 0.2124)/60 = 0.1944.
    expect(rows.map(({ key, runs: count, billedMinutes, cost }) => [key, count, billedMinutes, toUsd(cost)])).toEqual([
      ['dst_1', 2, 130, 1.2948],
      ['dst_2', 1, 30, 0.1944],
    ]);
    expect([toUsd(total.cost), total.runningMs]).toEqual([1.4892, 9_030_000]);
    // These runs were recorded without bitrates, so the cost of their traffic is reported as unknown.
    expect(total.cost.unknownParts).toEqual([
      'transfer from MediaConnect to MediaLive',
      'transfer to the internet (bitrate not known)',
    ]);
  });

  it('golden example: splits a run with known bitrates over midnight without a remainder', () => {
    const outputs = [
      { width: 1920, height: 1080, framesPerSecond: 30, videoBitrateBps: 4_500_000, audioBitrateBps: 128_000 },
    ];
    const known = {
      ...pricing,
      prices: { ...pricing.prices!, prices: { ...pricing.prices!.prices, flowTransfer: 0.01 } },
    };
    const run = makeRun('2026-11-20T23:00:00.000Z', at('00:30'), { outputs, feedBitrateBps: 5_000_000 });
    const ledger = (from: string, to: string) =>
      createLedger([run], window(from, to), { pricing: known, groupBy: 'day' }).total;
    // Encoding 0.5976; transfer 5 Mbit/s x 1.2 = 2.7 GB at 0.01; egress 4.628 Mbit/s = 2.0826 GB at 0.09.
    const whole = ledger('2026-11-20T00:00:00.000Z', at('01:00'));
    expect(whole.cost).toEqual({
      microUsd: Math.round(1.5 * 597_600) + 1.5 * 27_000 + 1.5 * 187_434,
      unknownParts: [],
      isAbout: true,
    });
    const days = [ledger('2026-11-20T00:00:00.000Z', at('00:00')), ledger(at('00:00'), at('01:00'))];
    expect(days.map(({ cost }) => cost.microUsd)).toEqual([812_034, 406_017]);
    expect(toUsd(whole.parts.egress!)).toBe(0.281151);
  });

  it('counts only the time within the window', () => {
    const runs = [makeRun('2026-11-20T23:30:00.000Z', at('00:45')), makeRun(at('23:50'), '2026-11-22T01:00:00.000Z')];
    const { total } = createLedger(runs, TODAY, { pricing, groupBy: 'platform' });
    expect([total.runs, total.billedMinutes, total.runningMs]).toEqual([1, 55, 55 * 60_000]);
  });

  it('has days of 24 hours on every date: leap day, end of the year, and where clocks change', () => {
    for (const [from, to, days] of [
      ['2028-02-28T00:00:00.000Z', '2028-03-01T00:00:00.000Z', ['2028-02-28', '2028-02-29']],
      ['2026-12-31T00:00:00.000Z', '2027-01-02T00:00:00.000Z', ['2026-12-31', '2027-01-01']],
      ['2026-03-29T00:00:00.000Z', '2026-03-30T00:00:00.000Z', ['2026-03-29']],
      ['2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z', ['2026-11-01']],
    ] as const) {
      const { rows } = createLedger([makeRun(from, to)], window(from, to), { pricing, groupBy: 'day' });
      expect(rows.map(({ key, billedMinutes }) => [key, billedMinutes])).toEqual(days.map((day) => [day, 1440]));
    }
  });

  it('adds up to the same total for every grouping, and over adjacent windows', () => {
    const start = fc.integer({ min: Date.UTC(2028, 1, 27), max: Date.UTC(2028, 2, 2) });
    const anyRun = fc
      .record({
        start,
        length: fc.integer({ min: 0, max: 3 * 86_400_000 }),
        destinationId: fc.constantFrom('dst_1', 'dst_2', 'primary'),
        preset: fc.constantFrom('1080p30', '480p30', '1080p60', 'source'),
        platform: fc.constantFrom('twitch', 'youtube'),
      })
      .map(({ start: startMs, length, ...rest }) =>
        makeRun(new Date(startMs).toISOString(), new Date(startMs + length).toISOString(), rest),
      );
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 8 }), start, start, start, (runs, ...edges) => {
        const [one, two, three] = edges.toSorted((left, right) => left - right) as [number, number, number];
        const ledger = (startMs: number, endMs: number, groupBy: LedgerGroupBy) =>
          createLedger(runs, { startMs, endMs }, { pricing, groupBy });
        const whole = ledger(one, three, 'destination');
        for (const groupBy of ['day', 'platform'] as const) {
          const other = ledger(one, three, groupBy).total;
          expect(other.cost.microUsd ?? 0).toBe(whole.total.cost.microUsd ?? 0);
          expect({ ...other, cost: null, parts: null }).toEqual({ ...whole.total, cost: null, parts: null });
          const microOf = ({ parts }: LedgerUsage) => CHANNEL_PARTS.map((part) => parts[part]?.microUsd ?? 0);
          expect(microOf(other)).toEqual(microOf(whole.total));
          expect(microOf(other).reduce((total, micro) => total + micro, 0)).toBe(other.cost.microUsd ?? 0);
        }
        const [before, after] = [ledger(one, two, 'day').total, ledger(two, three, 'day').total];
        expect((before.cost.microUsd ?? 0) + (after.cost.microUsd ?? 0)).toBe(whole.total.cost.microUsd ?? 0);
        expect(before.billedMinutes + after.billedMinutes).toBe(whole.total.billedMinutes);
        expect(before.runningMs + after.runningMs).toBe(whole.total.runningMs);
        expect(before.runs + after.runs).toBe(whole.total.runs);
      }),
    );
  });
});
