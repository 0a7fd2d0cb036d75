import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEALTH_REASONS, type HealthCode } from './health-reasons.ts';
import {
  changeAt,
  mentionsOf,
  toUptimeChanges,
  uptimeWithin,
  UPTIME_STATES,
  type Uptime,
  type UptimeChange,
  type UptimeMention,
} from './uptime.ts';

const at = (time: string) => `2026-11-21T${time}Z`;
const health = (time: string, code: HealthCode, level?: 'down'): UptimeMention => ({
  at: at(time),
  kind: 'health',
  code,
  level,
});
const DAY = { from: new Date('2026-11-21T00:00:00Z'), to: new Date('2026-11-22T00:00:00Z') };
const of = (mentions: UptimeMention[], window = DAY) => uptimeWithin(toUptimeChanges(mentions), window);

describe('uptime', () => {
  it('counts every second between request and stop once, by state and reason', () => {
    const uptime = of([
      { at: at('10:00:00'), kind: 'requested' },
      health('10:01:00', 'connecting'),
      health('10:01:10', 'delivering'),
      health('11:00:00', 'no_source'),
      health('11:00:30', 'delivering'),
      health('11:30:00', 'connecting'),
      health('11:32:30', 'connecting', 'down'),
      { at: at('11:40:00'), kind: 'released' },
      health('11:40:01', 'delivering'),
    ]);
    expect(uptime).toEqual({
      wantedSeconds: 6000,
      seconds: { starting: 60, delivering: 5300, degraded: 160, down: 450, waiting: 30, unknown: 0 },
      reasons: [
        { state: 'down', reason: 'connecting', seconds: 450 },
        { state: 'degraded', reason: 'connecting', seconds: 160 },
        { state: 'starting', reason: 'starting', seconds: 60 },
        { state: 'waiting', reason: 'no_source', seconds: 30 },
      ],
    });
  });

  it('counts time without a fresh observation as unknown', () => {
    const { seconds } = of([
      { at: at('10:00:00'), kind: 'requested' },
      health('10:00:00', 'delivering'),
      health('10:10:00', 'not_observed'),
      health('11:00:00', 'delivering'),
      { at: at('11:10:00'), kind: 'released' },
    ]);
    expect(seconds).toMatchObject({ delivering: 1200, unknown: 3000 });
  });

  it('ignores health before a request, and a second request while on air', () => {
    const { wantedSeconds, seconds } = of([
      health('09:00:00', 'delivering'),
      { at: at('10:00:00'), kind: 'requested' },
      health('10:00:10', 'delivering'),
      { at: at('10:30:00'), kind: 'requested' },
      { at: at('11:00:00'), kind: 'released' },
    ]);
    expect(wantedSeconds).toBe(3600);
    expect(seconds).toMatchObject({ starting: 10, delivering: 3590 });
  });

  it('counts what is still on air up to the end of the period only', () => {
    const now = new Date(at('10:00:59.999'));
    const { wantedSeconds } = of([{ at: at('10:00:00.999'), kind: 'requested' }], { from: DAY.from, to: now });
    expect(wantedSeconds).toBe(59);
  });

  it('adds up: states to the time wanted, reasons to what was not delivering, days to the whole', () => {
    const codes = Object.keys(HEALTH_REASONS) as HealthCode[];
    const instant = fc
      .integer({ min: 0, max: 4 * 86_400_000 })
      .map((ms) => new Date(DAY.from.getTime() + ms).toISOString());
    const mention = fc.oneof(
      fc.record({ at: instant, kind: fc.constantFrom('requested' as const, 'released' as const) }),
      fc.record({ at: instant, kind: fc.constant('health' as const), code: fc.constantFrom(...codes) }),
    );
    fc.assert(
      fc.property(fc.array(mention, { maxLength: 40 }), (mentions) => {
        const changes = toUptimeChanges(mentions);
        const window = { from: DAY.from, to: new Date(DAY.from.getTime() + 4 * 86_400_000) };
        const whole = uptimeWithin(changes, window);
        expect(UPTIME_STATES.reduce((sum, state) => sum + whole.seconds[state], 0)).toBe(whole.wantedSeconds);
        const explained = whole.reasons.reduce((sum, { seconds }) => sum + seconds, 0);
        expect(explained).toBe(whole.wantedSeconds - whole.seconds.delivering);
        const days = daysOf(mentions);
        for (const state of UPTIME_STATES) {
          expect(days.reduce((sum, { seconds }) => sum + seconds[state], 0)).toBe(whole.seconds[state]);
        }
        expect(whole.wantedSeconds).toBe(secondsWanted(mentions));
      }),
    );
  });
});

/** Day by day, each from its own mentions and what the day before has left, as they are stored. */
function daysOf(mentions: readonly UptimeMention[]): Uptime[] {
  let before: UptimeChange | null = null;
  return [0, 1, 2, 3].map((day) => {
    const [from, to] = [day, day + 1].map((days) => new Date(DAY.from.getTime() + days * 86_400_000)) as [Date, Date];
    const own = mentions.filter((mention) => mention.at >= from.toISOString() && mention.at < to.toISOString());
    const changes = toUptimeChanges(own, before);
    before = changeAt(changes, to);
    return uptimeWithin(changes, { from, to });
  });
}

describe('the history’s mentions', () => {
  const operation = { operationId: 'o', generation: 1, requestedBy: 'x', deadlineAt: '', steps: [] };
  const times = { startedAt: at('10:00:00'), endedAt: at('10:02:00') };

  it.each([
    { name: 'a start', row: { ...operation, ...times, kind: 'start', outcome: 'succeeded' }, kinds: ['requested'] },
    {
      name: 'a start in flight',
      row: { ...operation, startedAt: times.startedAt, kind: 'start' },
      kinds: ['requested'],
    },
    {
      name: 'a failed start',
      row: { ...operation, ...times, kind: 'start', outcome: 'failed' },
      kinds: ['requested', 'released'],
    },
    { name: 'a stop', row: { ...operation, ...times, kind: 'stop', outcome: 'succeeded' }, kinds: ['released'] },
    { name: 'a creation', row: { ...operation, ...times, kind: 'create', outcome: 'succeeded' }, kinds: [] },
  ] as const)('of $name are $kinds', ({ row, kinds }) => {
    expect(mentionsOf({ operation: row as never, entry: null }).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('of health come from its code, or from the text of an earlier version', () => {
    const entry = { at: at('10:00:00'), actor: 'monitor', kind: 'health', detail: 'connecting: connecting' } as const;
    expect(mentionsOf({ operation: null, entry })).toEqual([{ at: entry.at, kind: 'health', code: 'connecting' }]);
    expect(mentionsOf({ operation: null, entry: { ...entry, code: 'no_source', level: 'down' } })).toEqual([
      { at: entry.at, kind: 'health', code: 'no_source', level: 'down' },
    ]);
    expect(mentionsOf({ operation: null, entry: { ...entry, detail: 'unheard of' } })).toEqual([]);
    expect(mentionsOf({ operation: null, entry: { ...entry, kind: 'edited' } })).toEqual([]);
  });
});

/** The time wanted, counted second by second from the requests alone. */
function secondsWanted(mentions: readonly UptimeMention[]): number {
  const requests = mentions
    .filter(({ kind }) => kind !== 'health')
    .map(({ at: time, kind }) => ({ second: Math.floor(Date.parse(time) / 1000), ms: Date.parse(time), kind }))
    .toSorted((one, other) => one.ms - other.ms || (one.kind === 'requested' ? -1 : 1));
  let wanted = 0;
  let since: number | null = null;
  for (const { second, kind } of requests) {
    if (kind === 'requested') since ??= second;
    else if (since !== null) {
      wanted += second - since;
      since = null;
    }
  }
  return wanted + (since === null ? 0 : DAY.from.getTime() / 1000 + 4 * 86_400 - since);
}
