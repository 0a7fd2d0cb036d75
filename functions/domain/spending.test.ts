import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getPrices } from '../../presets/prices.ts';
import { makeCeiling } from '../../test/support/make-ceiling.ts';
import type { Span } from './billed-time.ts';
import {
  ceilingMinimum,
  courseOf,
  evaluateCeiling,
  holdOn,
  isConcerned,
  isStartAbove,
  knownMicroUsd,
  needWithin,
  periodSpan,
  type AtLimit,
  type Ceiling,
} from './ceiling.ts';
import { chosenEncodings } from './chosen-encodings.ts';
import { collectRuns, createLedger, type RunMention } from './cost-ledger.ts';
import { DEFAULT_DECLARED_INPUT } from './declared-input.ts';
import { costOfFixedWithin } from './deployment-cost.ts';
import type { Destination, RecordedOutput } from './destination.ts';
import { newDestination } from './new-destination.ts';
import { sum } from './money.ts';
import { isAccountedFor, spendingWithin, STOP_SECONDS, summarize } from './spending.ts';

const pricing = { prices: getPrices('us-east-1'), region: 'us-east-1', declaredInput: DEFAULT_DECLARED_INPUT };
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const PRESETS = ['720p30', '1080p30', '1080p60'];

function makeRecord(index: number, now: Date, change: Partial<Destination> = {}): Destination {
  const destinationId = index === 0 ? 'primary' : `dst_${index}`;
  const preset = PRESETS[index % PRESETS.length]!;
  const chosen = { destinationId, name: destinationId, platform: 'twitch', rtmpUrl: '', preset, standby: 'cold' };
  return { ...newDestination(chosen as never, now), ...change };
}

function outputsOf(record: Destination): RecordedOutput[] {
  return chosenEncodings(record).map(({ encoding }) => encoding!);
}

/** A deployment that runs, stops and is evaluated once a minute, in virtual time. */
class Simulation {
  readonly records = new Map<string, Destination>();
  readonly mentions: RunMention[] = [];
  ceiling: Ceiling;
  nowMs: number;
  stops = 0;
  private due: { atMs: number; act: () => void }[] = [];

  constructor(ceiling: Ceiling, startMs: number, count: number) {
    this.ceiling = ceiling;
    this.nowMs = startMs;
    for (let index = 0; index < count; index++) {
      const record = makeRecord(index, new Date(startMs - 30 * 24 * HOUR));
      this.records.set(record.destinationId, record);
    }
  }

  get now(): Date {
    return new Date(this.nowMs);
  }

  spending() {
    const recorded = { mentions: this.mentions, records: [...this.records.values()], summary: null };
    return spendingWithin(pricing, recorded, periodSpan(this.ceiling.period, this.now), this.now);
  }

  /** Lets time pass until an instant. */
  advance(untilMs: number): void {
    for (;;) {
      this.due.sort((one, other) => one.atMs - other.atMs);
      const next = this.due[0];
      if (!next || next.atMs > untilMs) break;
      this.due.shift();
      this.nowMs = next.atMs;
      next.act();
    }
    this.nowMs = untilMs;
  }

  after(delayMs: number, act: () => void): void {
    this.due.push({ atMs: this.nowMs + delayMs, act });
  }

  change(id: string, change: Partial<Destination>): Destination {
    const record = { ...this.records.get(id)!, ...change };
    this.records.set(id, record);
    return record;
  }

  /** Starts like the API and the sweep: what leads above the ceiling is refused. */
  start(id: string, tookMs: number): void {
    const record = this.records.get(id)!;
    if (record.desired === 'running' || record.operation || record.held.channelRun) return;
    // The preview starts by itself; that is why its start is counted beforehand.
    const isHeld =
      id === 'primary'
        ? needWithin([this.ceiling], record, 'run', this.now) !== 'run'
        : holdOn([this.ceiling], id, this.now) !== null ||
          isStartAbove(this.ceiling, this.spending(), record, this.now);
    if (isHeld) return;
    const generation = record.generation + 1;
    const operation = { kind: 'start', generation } as Destination['operation'];
    this.change(id, { desired: 'running', status: 'starting', generation, operation });
    this.after(tookMs, () => {
      const { desired } = this.records.get(id)!;
      if (desired !== 'running') return void this.change(id, { operation: null, status: 'idle' });
      const startedAt = this.now.toISOString();
      const channelRun = {
        startedAt,
        generation,
        platform: 'twitch',
        preset: record.preset,
        outputs: outputsOf(record),
      };
      this.change(id, { held: { channelRun }, operation: null, status: 'running' });
      this.mention(id, undefined);
    });
  }

  stop(id: string, tookMs: number): void {
    const record = this.records.get(id)!;
    if (record.desired !== 'running') return;
    this.change(id, { desired: 'idle', desiredAt: this.now.toISOString() });
    this.after(tookMs, () => this.settleStop(id));
  }

  private settleStop(id: string): void {
    const { held, operation } = this.records.get(id)!;
    if (!held.channelRun) return operation ? void this.after(SECOND, () => this.settleStop(id)) : undefined;
    this.mention(id, this.now.toISOString());
    this.change(id, { held: {}, status: 'idle' });
  }

  private mention(destinationId: string, endedAt: string | undefined): void {
    const { startedAt, preset, outputs } = this.records.get(destinationId)!.held.channelRun!;
    const run = { startedAt, platform: 'twitch', preset: preset!, outputs: outputs!, ...(endedAt ? { endedAt } : {}) };
    this.mentions.push({ destinationId, name: destinationId, at: this.now.toISOString(), run });
  }

  evaluate(stopTookMs: number): void {
    const before = this.ceiling;
    this.ceiling = evaluateCeiling(before, this.spending(), this.now, 60);
    if (courseOf(this.ceiling, this.now)?.state !== 'stopped') return;
    if (this.ceiling !== before) this.stops += 1;
    for (const { destinationId } of this.records.values()) {
      if (isConcerned(this.ceiling, destinationId)) this.stop(destinationId, stopTookMs);
    }
  }

  /** The bill of a period, from the whole history. */
  bill(span: Span): number {
    const ended = collectRuns(this.mentions, [...this.records.values()], this.now);
    const ledger = createLedger(ended, span, { pricing, groupBy: 'day' });
    const since = Date.parse(this.records.get('primary')!.createdAt);
    return knownMicroUsd(sum([ledger.total.cost, ...costOfFixedWithin(pricing, span, since).map(({ cost }) => cost)]));
  }
}

const request = fc.record({
  minute: fc.integer({ min: 0, max: 90 }),
  second: fc.integer({ min: 0, max: 59 }),
  destination: fc.integer({ min: 0, max: 5 }),
  isStart: fc.boolean(),
  tookSeconds: fc.integer({ min: 1, max: STOP_SECONDS }),
});
const show = fc.record({
  period: fc.constantFrom('day' as const, 'month' as const),
  startHour: fc.constantFrom(3, 21, 23),
  /** What may be spent above what cannot be avoided at the start. */
  roomUsd: fc.double({ min: 0, max: 4, noNaN: true }),
  stopSeconds: fc.integer({ min: 1, max: STOP_SECONDS }),
  requests: fc.array(request, { minLength: 5, maxLength: 25 }),
});

/** Runs a show on the last day of a month. @returns the simulation an hour and a half and a stop later */
function simulate(
  atLimit: AtLimit,
  { period, startHour, roomUsd, stopSeconds, requests }: typeof show extends fc.Arbitrary<infer T> ? T : never,
) {
  const startMs = Date.parse('2026-11-30T00:00:00Z') + startHour * HOUR;
  const simulation = new Simulation(makeCeiling({ period, atLimit }), startMs, 6);
  const minimum = ceilingMinimum(simulation.spending(), atLimit, simulation.now);
  simulation.ceiling = { ...simulation.ceiling, microUsd: minimum + Math.round(roomUsd * 100) * 10_000 };
  for (const { minute, second, destination, isStart, tookSeconds } of requests) {
    const id = [...simulation.records.keys()][destination]!;
    simulation.after(minute * MINUTE + second * SECOND, () => {
      if (isStart) simulation.start(id, tookSeconds * SECOND);
      else simulation.stop(id, stopSeconds * SECOND);
    });
  }
  for (let minute = 0; minute <= 90; minute++) {
    simulation.advance(startMs + minute * MINUTE);
    simulation.evaluate(stopSeconds * SECOND);
  }
  for (const id of simulation.records.keys()) simulation.stop(id, stopSeconds * SECOND);
  simulation.advance(startMs + 91 * MINUTE + STOP_SECONDS * SECOND);
  return simulation;
}

/** A busy machine must not fail the simulation. */
const UNHURRIED_MS = 600_000;

describe('spending under a ceiling, in simulated shows', () => {
  it(
    'never exceeds a ceiling that stops, not by a micro-dollar',
    () => {
      let stops = 0;
      fc.assert(
        fc.property(show, (given) => {
          const simulation = simulate({ action: 'stop' }, given);
          const span = periodSpan(given.period, new Date('2026-11-30T12:00:00Z'));
          expect(simulation.bill(span)).toBeLessThanOrEqual(simulation.ceiling.microUsd);
          stops += simulation.stops;
        }),
        { numRuns: 80 },
      );
      // The property must not hold because nothing was ever stopped.
      expect(stops).toBeGreaterThan(10);
    },
    UNHURRIED_MS,
  );

  it(
    'never exceeds a ceiling whose question gets no answer and then stops',
    () => {
      fc.assert(
        fc.property(show, (given) => {
          const simulation = simulate({ action: 'ask', countdownMinutes: 7, defaultAnswer: 'stop' }, given);
          const span = periodSpan(given.period, new Date('2026-11-30T12:00:00Z'));
          expect(simulation.bill(span)).toBeLessThanOrEqual(simulation.ceiling.microUsd);
        }),
        { numRuns: 40 },
      );
    },
    UNHURRIED_MS,
  );

  it(
    'never exceeds a ceiling while the preview starts and stops again and again',
    () => {
      const restless = show.map((given) => ({
        ...given,
        // Most requests are about the preview, seconds apart, within a few minutes.
        requests: given.requests.map((each, index) => ({
          ...each,
          minute: each.minute % 12,
          destination: index % 4 === 3 ? each.destination : 0,
          tookSeconds: Math.min(each.tookSeconds, 20),
        })),
        // Some stops outlast an evaluation.
        stopSeconds: given.stopSeconds % 2 === 0 ? 20 : 70,
        roomUsd: given.roomUsd / 8,
      }));
      const asks = { action: 'ask', countdownMinutes: 3, defaultAnswer: 'stop' } as const;
      let restarts = 0;
      fc.assert(
        fc.property(restless, fc.constantFrom({ action: 'stop' } as const, asks), (given, atLimit) => {
          const simulation = simulate(atLimit, given);
          const span = periodSpan(given.period, new Date('2026-11-30T12:00:00Z'));
          expect(simulation.bill(span)).toBeLessThanOrEqual(simulation.ceiling.microUsd);
          if (simulation.records.get('primary')!.generation > 1) restarts += 1;
        }),
        { numRuns: 200 },
      );
      expect(restarts).toBeGreaterThan(10);
    },
    UNHURRIED_MS,
  );

  it(
    'is the same as in the ledger, from the whole history and from a summary of any instant',
    () => {
      fc.assert(
        fc.property(show, fc.integer({ min: 0, max: 200 }), (given, minutes) => {
          const simulation = simulate({ action: 'warn' }, given);
          const { mentions, now } = simulation;
          const records = [...simulation.records.values()];
          const span = periodSpan('month', new Date('2026-11-30T12:00:00Z'));
          const whole = spendingWithin(pricing, { mentions, records, summary: null }, span, now);
          const ledger = simulation.bill({ ...span, endMs: Math.min(span.endMs, now.getTime()) });
          expect(knownMicroUsd(whole.spent)).toBe(ledger);
          const until = new Date(now.getTime() - minutes * MINUTE);
          const summary = summarize(pricing, { mentions, records }, span, until)!;
          const later = mentions.filter(({ at }) => Date.parse(at) > until.getTime());
          const recorded = { mentions: later, records, summary };
          expect(isAccountedFor(recorded)).toBe(true);
          const resumed = spendingWithin(pricing, recorded, span, now);
          expect(knownMicroUsd(resumed.spent)).toBe(knownMicroUsd(whole.spent));
          expect(knownMicroUsd(resumed.ifStoppedAt(now))).toBe(knownMicroUsd(whole.ifStoppedAt(now)));
        }),
        { numRuns: 40 },
      );
    },
    UNHURRIED_MS,
  );
});

describe('what stopping now would still cost', () => {
  const now = new Date('2026-11-21T18:00:00Z');
  const span = periodSpan('day', now);
  const primary = makeRecord(0, new Date('2026-11-21T00:00:00Z'), { primaryMode: 'off' });
  const ofRecords = (...records: Destination[]) =>
    spendingWithin(pricing, { mentions: [], records: [primary, ...records], summary: null }, span, now);
  const fixed = knownMicroUsd(ofRecords().ifStoppedAt(now));
  const idle = makeRecord(1, now);
  const running = makeRecord(1, now, {
    desired: 'running',
    status: 'running',
    held: { channelRun: { startedAt: '2026-11-21T17:58:30.000Z', generation: 1, outputs: outputsOf(idle) } },
  });
  const lasting = (minutes: number): Span => ({ startMs: 0, endMs: minutes * MINUTE });

  it('includes the fixed parts until the end of the period', () => {
    const spent = knownMicroUsd(ofRecords().spent);
    expect(spent).toBeGreaterThan(0);
    expect(fixed / spent).toBeCloseTo(24 / 18, 4);
  });

  it('includes the ten-minute minimum of a run that has just begun, and the minutes until its stop after that', () => {
    const { spent, ifStoppedAt } = ofRecords(running);
    const tenMinutes = knownMicroUsd(ifStoppedAt(now)) - fixed;
    // Ninety seconds and a stop of five minutes are still within the minimum, except for the traffic.
    const encoding = tenMinutes - knownMicroUsd(createTraffic(running, lasting(6.5)));
    expect(encoding).toBe(
      knownMicroUsd(spent) - knownMicroUsd(ofRecords().spent) - knownMicroUsd(createTraffic(running, lasting(1.5))),
    );
    const later = new Date(now.getTime() + 30 * MINUTE);
    expect(knownMicroUsd(ifStoppedAt(later)) - fixed).toBeGreaterThan(tenMinutes * 3);
  });

  function createTraffic(record: Destination, run: Span) {
    const { outputs } = record.held.channelRun!;
    const bits = outputs!.reduce((total, output) => total + output.videoBitrateBps + output.audioBitrateBps, 0);
    const perHour = Math.round((knownUsdPerGb() * bits * 3600) / 8e9);
    return { microUsd: Math.round((perHour * (run.endMs - run.startMs)) / HOUR), unknownParts: [], isAbout: true };
  }
  const knownUsdPerGb = () => Math.round(pricing.prices!.prices.internetEgress! * 1e6);

  it('includes a start that is in flight, a restart, and a preview that may start by itself', () => {
    const operation = { kind: 'start', generation: 2 } as Destination['operation'];
    const starting = { ...idle, desired: 'running', status: 'starting', operation } as const;
    const costOf = (...records: Destination[]) => knownMicroUsd(ofRecords(...records).ifStoppedAt(now)) - fixed;
    const start = costOf(starting);
    expect(start).toBeGreaterThan(0);
    expect(costOf(idle)).toBe(0);
    expect(costOf({ ...idle, desired: 'running', status: 'error' })).toBe(0);
    expect(costOf({ ...running, restartRequested: true })).toBe(costOf(running) + start);
    const always = spendingWithin(
      pricing,
      { mentions: [], records: [{ ...primary, primaryMode: 'always' }], summary: null },
      span,
      now,
    );
    expect(knownMicroUsd(always.ifStoppedAt(now))).toBeGreaterThan(fixed);
    const totalOf = (change: Partial<Destination>) =>
      knownMicroUsd(
        spendingWithin(
          pricing,
          { mentions: [], records: [{ ...running, ...primary, ...change, held: running.held }], summary: null },
          span,
          now,
        ).ifStoppedAt(now),
      );
    // While it is being stopped, its next start is counted already.
    const runs = totalOf({ primaryMode: 'always', desired: 'running', status: 'running' });
    expect(totalOf({ primaryMode: 'always', desired: 'idle', status: 'stopping' })).toBeGreaterThan(runs);
    expect(totalOf({ primaryMode: 'off', desired: 'idle', status: 'stopping' })).toBe(runs);
  });

  it('ends with the period', () => {
    const midnight = new Date('2026-11-21T23:59:00Z');
    const endless = {
      ...running,
      held: { channelRun: { ...running.held.channelRun!, startedAt: '2026-11-21T23:50:00.000Z' } },
    };
    const late = spendingWithin(pricing, { mentions: [], records: [primary, endless], summary: null }, span, midnight);
    const after = new Date(midnight.getTime() + 24 * HOUR);
    expect(knownMicroUsd(late.ifStoppedAt(after))).toBe(knownMicroUsd(late.ifStoppedAt(midnight)));
  });

  it('names what is unknown and never counts it as nothing', () => {
    const strange = { ...running.held.channelRun!, outputs: [{ ...outputsOf(idle)[0]!, framesPerSecond: null }] };
    const spending = ofRecords({ ...running, held: { channelRun: strange } });
    for (const money of [spending.spent, spending.ifStoppedAt(now)]) {
      expect(money.unknownParts).toContain('MediaLive output that follows its source');
      expect(money.unknownParts).toContain('running time of the flow (not recorded)');
    }
    const warm = ofRecords({ ...idle, held: { channel: { channelId: '1', channelArn: 'a', configurationHash: '' } } });
    expect(warm.spent.unknownParts.join()).toContain('warm destinations at rest');
  });
});

describe('a summary of the runs that have ended', () => {
  const span = periodSpan('month', new Date('2026-11-21T18:00:00Z'));
  const run = { startedAt: '2026-11-21T10:00:00.000Z', platform: 'twitch', preset: '720p30' };
  const begun: RunMention = { destinationId: 'dst_1', name: 'x', at: '2026-11-21T10:02:00.000Z', run };
  const ended: RunMention = {
    ...begun,
    at: '2026-11-21T12:00:00.000Z',
    run: { ...run, endedAt: '2026-11-21T12:00:00.000Z' },
  };
  const record = makeRecord(1, new Date(0), {
    held: { channelRun: { startedAt: run.startedAt, generation: 1, platform: 'twitch', preset: '720p30' } },
  });
  const noon = new Date('2026-11-21T12:30:00Z');

  it('waits while a record shows a run whose end the history has', () => {
    expect(summarize(pricing, { mentions: [begun, ended], records: [record] }, span, noon)).toBeNull();
  });

  it('leaves a run whose end is in a later row to that row', () => {
    const eleven = new Date('2026-11-21T11:00:00Z');
    const summary = summarize(pricing, { mentions: [begun, ended], records: [] }, span, eleven)!;
    expect(summary.open).toEqual(['dst_1 2026-11-21T10:00:00.000Z']);
    expect(knownMicroUsd(summary.settled)).toBe(0);
  });

  it('does not account for a run that has vanished from the records and is in no later row', () => {
    const summary = summarize(pricing, { mentions: [begun], records: [record] }, span, noon)!;
    expect(isAccountedFor({ mentions: [], records: [record], summary })).toBe(true);
    expect(isAccountedFor({ mentions: [ended], records: [], summary })).toBe(true);
    expect(isAccountedFor({ mentions: [], records: [], summary })).toBe(false);
  });
});
