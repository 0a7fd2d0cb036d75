import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { getPrices } from '../../presets/prices.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import { ceilingMinimum, isStartAbove, knownMicroUsd, type AtLimit } from './ceiling.ts';
import { chosenEncodings } from './chosen-encodings.ts';
import type { RunMention } from './cost-ledger.ts';
import { DEFAULT_DECLARED_INPUT } from './declared-input.ts';
import type { Destination, RecordedRun } from './destination.ts';
import { newDestination } from './new-destination.ts';
import { advanceShow, confirmRequests } from './show-run.ts';
import type { Show } from './show.ts';
import { spendingOfShow } from './spending.ts';

/** Plays shows with a ceiling in virtual time, with real prices, and compares the whole cost with the ceiling. */

const pricing = { prices: getPrices('us-east-1'), region: 'us-east-1', declaredInput: DEFAULT_DECLARED_INPUT };
const PRESETS = ['720p30', '1080p30', '1080p60'];
const SECOND = 1000;

interface Played {
  /** Seconds after the start of the show at which each goes live. */
  offsets: number[];
  /** Seconds that a start takes until MediaLive accepts it, and a stop until it is confirmed. */
  startSeconds: number;
  stopSeconds: number;
  /** What the ceiling is above the least amount, in micro-dollars. */
  aboveMinimum: number;
  atLimit: AtLimit;
}

/** A show and its destinations, which start and stop with delays. */
class Simulation {
  readonly records = new Map<string, Destination>();
  readonly mentions: RunMention[] = [];
  private readonly due: { atMs: number; act: () => void }[] = [];
  nowMs = Date.parse('2026-12-06T08:50:00Z');
  show: Show;

  private readonly played: Played;

  constructor(played: Played) {
    this.played = played;
    const ids = played.offsets.map((_, index) => `dst_${index}`);
    ids.forEach((destinationId, index) => {
      const preset = PRESETS[index % PRESETS.length]!;
      const chosen = { destinationId, name: destinationId, platform: 'twitch', rtmpUrl: '', preset, standby: 'cold' };
      this.records.set(destinationId, newDestination(chosen as never, this.now));
    });
    const destinations = ids.map((id, index) => makeShowDestination(id, { offsetSeconds: played.offsets[index]! }));
    const { atLimit, aboveMinimum } = played;
    const all = [...this.records.values()];
    const least = ceilingMinimum(this.spending([]), atLimit, this.now, all);
    const ceiling = { period: 'show', microUsd: least + aboveMinimum, atLimit, spared: [], course: null } as const;
    const [localEnd, endsAt] = ['2026-12-06T20:00:00', '2026-12-06T20:00:00.000Z'];
    this.show = makeShow({ destinations, ceiling, localEnd, endsAt });
  }

  get now(): Date {
    return new Date(this.nowMs);
  }

  spending(destinations = this.show.destinations) {
    const since = new Map(
      destinations.flatMap(({ destinationId, startRequestedAt }) =>
        startRequestedAt === null ? [] : [[destinationId, Date.parse(startRequestedAt)] as const],
      ),
    );
    return spendingOfShow(pricing, { mentions: this.mentions, records: [...this.records.values()] }, since, this.now);
  }

  private after(seconds: number, act: () => void): void {
    this.due.push({ atMs: this.nowMs + seconds * SECOND, act });
  }

  private change(id: string, change: Partial<Destination>): void {
    this.records.set(id, { ...this.records.get(id)!, ...change });
  }

  /** @returns why the start is refused; null when it begins */
  private start(id: string): string | null {
    const record = this.records.get(id)!;
    if (isStartAbove(this.show.ceiling!, this.spending(), record, this.now)) return 'above the ceiling';
    const generation = record.generation + 1;
    const operation = { kind: 'start', generation } as Destination['operation'];
    this.change(id, { desired: 'running', status: 'starting', generation, operation });
    this.after(this.played.startSeconds, () => {
      if (this.records.get(id)!.desired !== 'running') {
        return this.change(id, { operation: null, status: 'idle' });
      }
      const startedAt = this.now.toISOString();
      const outputs = chosenEncodings(record).map(({ encoding }) => encoding!);
      const channelRun = { startedAt, generation, platform: 'twitch', preset: record.preset, outputs };
      const running = { operation: null, status: 'running', runningSince: startedAt } as const;
      this.change(id, { held: { channelRun }, ...running });
    });
    return null;
  }

  private stop(id: string): void {
    this.change(id, { desired: 'idle' });
    const { channelRun } = this.records.get(id)!.held;
    if (!channelRun) return;
    this.after(this.played.stopSeconds, () => {
      const run = { ...channelRun, endedAt: this.now.toISOString() } as unknown as RecordedRun;
      this.mentions.push({ destinationId: id, name: id, at: this.now.toISOString(), run });
      this.change(id, { held: {}, status: 'idle', runningSince: null, operation: null });
    });
  }

  /** Makes the passes of the run sheet until nothing is left to do. */
  run(): this {
    for (let pass = 0; pass < 5000; pass += 1) {
      const facts = {
        destinations: this.records,
        startSeconds: 180,
        pausesOutputs: false,
        pace: { atOnceMax: 20, intervalMs: 0 },
        spending: this.spending(),
      };
      const { show, starts, stops, wakeAt } = advanceShow(this.show, facts, this.now);
      this.show = show;
      const made = {
        starts: starts.map(({ destinationId }) => ({ destinationId, refusal: this.start(destinationId) })),
        stops: stops.map((destinationId) => (this.stop(destinationId), { destinationId, refusal: null })),
      };
      this.show = confirmRequests(this.show, made, this.now);
      if (wakeAt === null) break;
      this.advance(wakeAt.getTime());
    }
    return this;
  }

  private advance(untilMs: number): void {
    for (;;) {
      const next = this.due.filter(({ atMs }) => atMs <= untilMs).toSorted((one, other) => one.atMs - other.atMs)[0];
      if (!next) break;
      this.due.splice(this.due.indexOf(next), 1);
      this.nowMs = next.atMs;
      next.act();
    }
    this.nowMs = untilMs;
  }

  get costMicroUsd(): number {
    return knownMicroUsd(this.spending().spent);
  }
}

const action = fc.oneof(
  fc.constant<AtLimit>({ action: 'stop' }),
  fc.integer({ min: 1, max: 60 }).map((countdownMinutes): AtLimit => {
    return { action: 'ask', countdownMinutes, defaultAnswer: 'stop' };
  }),
);
const played = fc.record({
  offsets: fc.array(fc.integer({ min: -3000, max: 7200 }), { minLength: 1, maxLength: 6 }),
  startSeconds: fc.integer({ min: 1, max: 180 }),
  stopSeconds: fc.integer({ min: 1, max: 300 }),
  aboveMinimum: fc.integer({ min: 0, max: 4_000_000 }),
  atLimit: action,
});

describe('the ceiling of a show in simulated shows', () => {
  it('is never exceeded, not by a micro-dollar, whenever and however many destinations start', () => {
    fc.assert(
      fc.property(played, (given) => {
        const { show, costMicroUsd } = new Simulation(given).run();
        const hasSent = show.destinations.some(({ onAirAt }) => onAirAt !== null);
        expect(show.state).toBe(hasSent ? 'ended' : 'cancelled');
        expect(costMicroUsd).toBeLessThanOrEqual(show.ceiling!.microUsd);
      }),
      { seed: 41, numRuns: 60 },
    );
  });

  it('does not stop a show early: less than a ten-minute stop is left', () => {
    const given = { offsets: [0, 0, 0], startSeconds: 90, stopSeconds: 300, aboveMinimum: 3_000_000 };
    const { show, costMicroUsd } = new Simulation({ ...given, atLimit: { action: 'stop' } }).run();
    expect([show.state, show.endReason]).toEqual(['ended', 'ceiling']);
    expect(costMicroUsd / show.ceiling!.microUsd).toBeGreaterThan(0.95);
  });

  it('counts nothing of other runs of its destinations, before its start', () => {
    const simulation = new Simulation({
      ...{ offsets: [0], startSeconds: 60, stopSeconds: 60, aboveMinimum: 0, atLimit: { action: 'warn' } },
    });
    const run = { startedAt: '2026-12-06T06:00:00.000Z', endedAt: '2026-12-06T08:00:00.000Z', preset: '1080p30' };
    const earlier = { generation: 1, platform: 'twitch', ...run } as unknown as RecordedRun;
    simulation.mentions.push({ destinationId: 'dst_0', name: 'dst_0', at: run.endedAt, run: earlier });
    expect(simulation.spending().spent.microUsd).toBe(0);
  });
});
