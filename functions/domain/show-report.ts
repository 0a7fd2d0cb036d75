import { createLedger, type LedgerRun } from './cost-ledger.ts';
import { forHours, priceOfRunning, settingsOf } from './cost.ts';
import type { Destination } from './destination.ts';
import { isComplete, sum, toUsd, type Money } from './money.ts';
import type { Pricing } from './pricing.ts';
import type { Recording } from './recording.ts';
import { plannedMsOf } from './show-plan.ts';
import type { Show, ShowDestination, ShowLogEntry } from './show.ts';
import type { HistoryLike } from './timeline.ts';
import { mentionsOf, toUptimeChanges, uptimeWithin, type UptimeState } from './uptime.ts';

/**
 * The report of a show: what was planned, what happened, and what it cost. It is computed from the show's record and the
 * history each time, so it needs no storage. What is not known is null. Pure.
 */

/** What was recorded while a show ran. */
export interface ShowHistory {
  /** Rows of all destinations, in any order. */
  rows: readonly HistoryLike[];
  runs: readonly LedgerRun[];
}

export interface ReportFacts {
  /** Null when it has been deleted. */
  history: ShowHistory | null;
  /** Destinations that exist. */
  records: readonly Destination[];
  recordings: readonly Recording[];
  pricing: Pricing;
  bill: ReportBill;
}

/** What was charged, and why that is not known or nothing. */
export interface ReportBill {
  /** Null: not known. */
  usd: number | null;
  /** A sentence without its end. */
  explanation: string;
}

/** An amount in US dollars by list prices. A lower bound when a part has no known price. */
export interface ReportAmount {
  usd: number | null;
  isComplete: boolean;
  isAbout: boolean;
}

export interface DestinationReport {
  destinationId: string;
  name: string;
  isRequired: boolean;
  plannedAt: string;
  startRequestedAt: string | null;
  readyAt: string | null;
  onAirAt: string | null;
  /** Seconds from the planned second; negative: early. */
  onAirErrorSeconds: number | null;
  offAirAt: string | null;
  onAirSeconds: number | null;
  /** Seconds of the time on air by what was observed. */
  observed: Record<UptimeState, number> | null;
  /** Seconds of a slate instead of the picture. */
  slateSeconds: number | null;
  /** Changes between the main and the backup encoder while it was on air. */
  failovers: number | null;
  problem: string | null;
  cost: ReportAmount | null;
  /** For the planned time on air, at today's settings and prices. */
  estimate: ReportAmount | null;
}

/** Something that happened to the source or to a destination. */
export interface ReportEvent {
  at: string;
  subject: string;
  detail: string;
}

export interface ShowReport {
  showId: string;
  title: string;
  state: Show['state'];
  zone: string;
  /** False while the show runs: then the figures are those until now. */
  isFinal: boolean;
  planned: { startsAt: string; endsAt: string | null };
  actual: Pick<Show, 'goLiveAt' | 'liveAt' | 'endingAt' | 'endedAt' | 'endReason'>;
  /** Null when a person went live. */
  startErrorSeconds: number | null;
  /** Null unless the show ended by the clock. */
  endErrorSeconds: number | null;
  destinations: DestinationReport[];
  /** Null when the history has been deleted, like the next three. */
  incidents: ReportEvent[] | null;
  sourceEvents: ReportEvent[] | null;
  /** Changes between the main and the backup encoder. */
  failovers: number | null;
  cost: ReportAmount | null;
  estimate: ReportAmount | null;
  bill: ReportBill;
  recordings: Pick<Recording, 'recordingId' | 'name' | 'state' | 'startedAt' | 'endedAt'>[];
  log: ShowLogEntry[];
}

/** Returns the time that a report covers: from the first request until all is off air. */
export function reportSpan(show: Show, now: Date): { from: Date; to: Date } {
  const requested = show.destinations.flatMap(({ startRequestedAt }) => startRequestedAt ?? []);
  const from = [...requested, show.liveAt ?? show.startsAt].toSorted()[0]!;
  const to = new Date(show.endedAt ?? now);
  return { from: new Date(Math.min(Date.parse(from), to.getTime())), to };
}

/** Reports on a show as it is at an instant. */
export function reportShow(show: Show, facts: ReportFacts, now: Date): ShowReport {
  const { from, to } = reportSpan(show, now);
  const { goLiveAt, liveAt, endingAt, endedAt, endReason, endsAt, startsAt } = show;
  const destinations = show.destinations.map((each) => reportDestination(show, each, { facts, to }));
  const isWithin = ({ at }: { at: string }) => at >= from.toISOString() && at <= to.toISOString();
  const rows = facts.history?.rows.filter(isWithin) ?? null;
  return {
    showId: show.showId,
    title: show.title,
    state: show.state,
    zone: show.zone,
    isFinal: endedAt !== null,
    planned: { startsAt, endsAt },
    actual: { goLiveAt, liveAt, endingAt, endedAt, endReason },
    startErrorSeconds: goLiveAt === null ? secondsBetween(startsAt, liveAt) : null,
    endErrorSeconds: endReason === 'clock' && endsAt !== null ? secondsBetween(endsAt, endingAt) : null,
    destinations: destinations.map(({ report }) => report),
    incidents: rows && eventsOf(rows, 'incident'),
    sourceEvents: rows && eventsOf(rows, 'source'),
    failovers: countFailovers(facts, { from: from.toISOString(), to: to.toISOString() }),
    cost: toTotal(destinations.map(({ cost }) => cost)),
    estimate: toTotal(destinations.map(({ estimate }) => estimate)),
    bill: facts.bill,
    recordings: facts.recordings
      .filter(
        ({ startedAt, endedAt: end }) => startedAt < to.toISOString() && (end === null || end > from.toISOString()),
      )
      .map(({ recordingId, name, state, startedAt, endedAt: end }) => ({
        recordingId,
        name,
        state,
        startedAt,
        endedAt: end,
      })),
    log: show.log,
  };
}

/** A destination's report with its sums, which keep their fractions for the total. Null is unknown. */
interface Counted {
  report: DestinationReport;
  cost: Money | null;
  estimate: Money | null;
}

function reportDestination(
  show: Show,
  each: ShowDestination,
  { facts, to }: { facts: ReportFacts; to: Date },
): Counted {
  const { destinationId, name, isRequired, startRequestedAt, readyAt = null, onAirAt, offAirAt, problem } = each;
  const plannedAt = new Date(plannedMsOf({ ...show, goLiveAt: null }, each)).toISOString();
  const end = offAirAt ?? to.toISOString();
  const cost = costOf(each, facts, to);
  const estimate = estimateOf(show, plannedAt, facts, destinationId);
  const observed = onAirAt === null ? null : observedOf(each, facts, { from: new Date(onAirAt), to: new Date(end) });
  return {
    report: {
      ...{ destinationId, name, isRequired, plannedAt, startRequestedAt, readyAt, onAirAt },
      onAirErrorSeconds: show.goLiveAt === null ? secondsBetween(plannedAt, onAirAt) : null,
      offAirAt,
      onAirSeconds: secondsBetween(onAirAt, onAirAt === null ? null : end),
      observed: observed?.seconds ?? null,
      slateSeconds: observed?.slateSeconds ?? null,
      failovers: onAirAt === null ? 0 : countFailovers(facts, { from: onAirAt, to: end }),
      problem,
      cost: cost && toReportAmount(cost),
      estimate: estimate && toReportAmount(estimate),
    },
    ...{ cost, estimate },
  };
}

const SLATES = new Set(['slate_held', 'slate_shown']);

/** Returns null when the history does not reach back to the start of the destination. */
function observedOf(
  { destinationId }: ShowDestination,
  { history }: ReportFacts,
  window: { from: Date; to: Date },
): { seconds: Record<UptimeState, number>; slateSeconds: number } | null {
  const mentions = history?.rows.filter((row) => row.destinationId === destinationId).flatMap(mentionsOf) ?? [];
  const isBegun = mentions.some(({ at, kind }) => kind === 'requested' && Date.parse(at) <= window.from.getTime());
  if (!isBegun) return null;
  const { reasons, seconds } = uptimeWithin(toUptimeChanges(mentions), window);
  const slates = reasons.filter(({ reason }) => SLATES.has(reason));
  return { seconds, slateSeconds: slates.reduce((total, { seconds: each }) => total + each, 0) };
}

/** The minimum charge of a run can lie after its end. */
const MINIMUM_MS = 600_000;

/** Returns what the runs that the show began cost; null when the history has been deleted. */
function costOf(
  { destinationId, startRequestedAt, offAirAt }: ShowDestination,
  { history, pricing }: ReportFacts,
  to: Date,
): Money | null {
  if (history === null) return null;
  const end = offAirAt ?? to.toISOString();
  const mine = history.runs.filter(
    (run) =>
      run.destinationId === destinationId &&
      startRequestedAt !== null &&
      run.startedAt >= startRequestedAt &&
      run.startedAt <= end,
  );
  const startMs = Date.parse(startRequestedAt ?? end);
  const window = { startMs, endMs: to.getTime() + MINIMUM_MS };
  return createLedger(mine, window, { pricing, groupBy: 'destination' }).total.cost;
}

function estimateOf({ endsAt }: Show, plannedAt: string, facts: ReportFacts, destinationId: string): Money | null {
  const record = facts.records.find((each) => each.destinationId === destinationId);
  if (!record || endsAt === null) return null;
  const hours = Math.max(0, Date.parse(endsAt) - Date.parse(plannedAt)) / 3_600_000;
  return forHours(priceOfRunning(facts.pricing, settingsOf(record)), hours);
}

/** An unknown amount makes the total unknown. */
function toTotal(amounts: readonly (Money | null)[]): ReportAmount | null {
  const known = amounts.filter((amount) => amount !== null);
  return known.length < amounts.length ? null : toReportAmount(sum(known));
}

function toReportAmount(money: Money): ReportAmount {
  return { usd: toUsd(money), isComplete: isComplete(money), isAbout: money.isAbout };
}

function eventsOf(rows: readonly HistoryLike[], kind: 'incident' | 'source'): ReportEvent[] {
  return inOrder(
    rows.flatMap(({ at, destinationId, destinationName, entry }) =>
      entry?.kind === kind ? [{ at, subject: destinationName ?? destinationId, detail: entry.detail }] : [],
    ),
  );
}

/** Returns null when the history has been deleted. */
function countFailovers({ history }: ReportFacts, { from, to }: { from: string; to: string }): number | null {
  if (history === null) return null;
  return history.rows.filter(({ at, entry }) => entry?.source?.state === 'switched' && at >= from && at <= to).length;
}

function inOrder(events: ReportEvent[]): ReportEvent[] {
  return events.toSorted((one, other) => one.at.localeCompare(other.at));
}

function secondsBetween(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
}
