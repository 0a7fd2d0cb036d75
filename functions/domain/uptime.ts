import type { Operation, TimelineEntry } from './destination.ts';
import { readHealthEntry } from './health-alerts.ts';
import { HEALTH_REASONS, isHealthCode, type HealthCode, type HealthLevel } from './health-reasons.ts';
import type { HistoryLike } from './timeline.ts';

/**
 * Uptime: for how long something was wanted on air, and what it did in that time. It is computed from recorded changes,
 * so nothing is written per poll. All instants are cut to whole seconds first, so the states of a day add up exactly to
 * the time wanted, and the days to the whole.
 */

export const UPTIME_STATES = ['starting', 'delivering', 'degraded', 'down', 'waiting', 'unknown'] as const;
/** `unknown` means that there was no fresh observation. It is never counted as delivering. */
export type UptimeState = (typeof UPTIME_STATES)[number];

/** From `at` until the next change: a state with its reason, or not wanted on air. */
export interface UptimeChange {
  /** RFC 3339. */
  at: string;
  /** Null: not wanted on air. */
  state: UptimeState | null;
  reason: string;
}

/** Whole seconds of one subject within one period. */
export interface Uptime {
  wantedSeconds: number;
  /** Every state; together they are `wantedSeconds`. */
  seconds: Record<UptimeState, number>;
  /** Why it was not delivering, longest first; together they are `wantedSeconds` without `delivering`. */
  reasons: { state: UptimeState; reason: string; seconds: number }[];
}

const STATE_OF_LEVEL: Record<HealthLevel, UptimeState> = {
  unknown: 'unknown',
  waiting_for_source: 'waiting',
  // The platform has a picture, and the audience does not see the show.
  slate: 'waiting',
  starting: 'starting',
  good: 'delivering',
  degraded: 'degraded',
  reconnecting: 'degraded',
  down: 'down',
};

/** What changed about a destination, as its history says. */
export type UptimeMention =
  | { at: string; kind: 'requested' }
  | { at: string; kind: 'released' }
  | { at: string; kind: 'health'; code: HealthCode; level?: HealthLevel | undefined };

/** Returns what a row of the history mentions. Pure. */
export function mentionsOf({ operation, entry }: Pick<HistoryLike, 'operation' | 'entry'>): UptimeMention[] {
  if (operation) return mentionsOfOperation(operation);
  if (entry?.source) return mentionsOfSource(entry.at, entry.source);
  if (entry?.kind !== 'health') return [];
  const { code } = readHealthEntry(entry);
  return code !== null && isHealthCode(code) ? [{ at: entry.at, kind: 'health', code, level: entry.level }] : [];
}

/** The source is wanted while its flow runs. */
function mentionsOfSource(at: string, { state, until }: NonNullable<TimelineEntry['source']>): UptimeMention[] {
  if (state === 'flow_stopped') return [{ at, kind: 'released' }];
  const [code, back] = state === 'lost' ? (['no_source', until] as const) : (['delivering', undefined] as const);
  const mentions: UptimeMention[] = [
    { at, kind: 'requested' },
    { at, kind: 'health', code },
  ];
  return back === undefined ? mentions : [...mentions, { at: back, kind: 'health', code: 'delivering' }];
}

/** Returns what an operation mentions, in flight or ended. Pure. */
export function mentionsOfOperation({ kind, startedAt, endedAt, outcome }: Operation): UptimeMention[] {
  if (kind === 'create') return [];
  if (kind !== 'start') return [{ at: startedAt, kind: 'released' }];
  const requested = { at: startedAt, kind: 'requested' } as const;
  const hasFailed = endedAt !== undefined && outcome !== undefined && outcome !== 'succeeded';
  return hasFailed ? [requested, { at: endedAt, kind: 'released' }] : [requested];
}

/**
 * Turns what the history mentions into changes, oldest first. Health counts only between a request to go on air and the
 * request to stop or the failure of the start. Pure.
 * @param before what was so when the mentions begin
 */
export function toUptimeChanges(
  mentions: readonly UptimeMention[],
  before: UptimeChange | null = null,
): UptimeChange[] {
  const sorted = mentions.toSorted(
    (one, other) => Date.parse(one.at) - Date.parse(other.at) || rank(one) - rank(other),
  );
  let isWanted = before !== null && before.state !== null;
  const changes = sorted.flatMap((mention): UptimeChange[] => {
    const { at } = mention;
    if (mention.kind === 'released') {
      isWanted = false;
      return [{ at, state: null, reason: '' }];
    }
    if (mention.kind === 'requested') {
      const isNews = !isWanted;
      isWanted = true;
      return isNews ? [{ at, state: 'starting', reason: 'starting' }] : [];
    }
    if (!isWanted) return [];
    const { code, level = HEALTH_REASONS[code].level } = mention;
    return [{ at, state: STATE_OF_LEVEL[level], reason: code }];
  });
  return before ? [before, ...changes] : changes;
}

/** Returns the change that holds at an instant; null before the first, and when nothing is wanted on air. */
export function changeAt(changes: readonly UptimeChange[], instant: Date): UptimeChange | null {
  const last = changes.findLast(({ at }) => Date.parse(at) < instant.getTime());
  return last?.state ? last : null;
}

/** At one instant a request counts before the health that follows it, and a release last. */
const RANKS = { requested: 0, health: 1, released: 2 } as const;
const rank = ({ kind }: UptimeMention) => RANKS[kind];

/**
 * Sums up the changes within a period.
 * @param changes oldest first, reaching back to before the period
 * @param window `to` is excluded; it is never later than now
 */
export function uptimeWithin(changes: readonly UptimeChange[], window: { from: Date; to: Date }): Uptime {
  const [fromSecond, toSecond] = [secondOf(window.from.toISOString()), secondOf(window.to.toISOString())];
  const seconds = Object.fromEntries(UPTIME_STATES.map((state) => [state, 0])) as Record<UptimeState, number>;
  const reasons = new Map<string, Uptime['reasons'][number]>();
  for (const [index, { at, state, reason }] of changes.entries()) {
    if (state === null) continue;
    const next = changes[index + 1];
    const begin = Math.max(secondOf(at), fromSecond);
    const end = Math.min(next ? secondOf(next.at) : toSecond, toSecond);
    if (end <= begin) continue;
    seconds[state] += end - begin;
    if (state === 'delivering') continue;
    const key = `${state} ${reason}`;
    const before = reasons.get(key)?.seconds ?? 0;
    reasons.set(key, { state, reason, seconds: before + end - begin });
  }
  return {
    wantedSeconds: UPTIME_STATES.reduce((sum, state) => sum + seconds[state], 0),
    seconds,
    reasons: [...reasons.values()].toSorted((one, other) => other.seconds - one.seconds),
  };
}

const secondOf = (at: string) => Math.floor(Date.parse(at) / 1000);
