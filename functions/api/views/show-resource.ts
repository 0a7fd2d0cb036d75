import { etagOf } from '../../domain/etag.ts';
import { courseOf, formatMicroUsd, knownMicroUsd, limitOf, type ShowCeiling } from '../../domain/ceiling.ts';
import { isComplete } from '../../domain/money.ts';
import { sourceDueMs } from '../../domain/show-source.ts';
import { showActionsOf, type Show, type ShowDestination } from '../../domain/show.ts';
import type { Spending } from '../../domain/spending.ts';
import type { ApiContext } from '../api-deps.ts';
import type { ShowCeilingResource } from '../schemas/show-ends.ts';
import type { ShowResource, ShowSummary } from '../schemas/shows.ts';

/** Returns a show as the API lists it. */
export function toShowSummary(show: Show): ShowSummary {
  const { showId, title, state, automation, privacy, zone, localStart, localEnd, endRule } = show;
  const { startsAt, endsAt, liveAt, endedAt, destinations } = show;
  return {
    ...{ showId, title, state, automation, privacy, zone, localStart, localEnd, endRule },
    ...{ startsAt, endsAt, liveAt, endedAt, destinationCount: destinations.length, attention: attentionOf(show) },
    cover: toCover(show),
  };
}

function toCover({ cover, showId }: Show): ShowSummary['cover'] {
  if (!cover) return null;
  const { coverId, height, uploadedAt, uploadedBy, width } = cover;
  return { url: `/api/shows/${showId}/cover?version=${coverId}`, width, height, uploadedAt, uploadedBy };
}

/** What the present state of a show is computed from. */
interface Known {
  /** Null for a show without a ceiling. */
  spending: Spending | null;
  now: Date;
}

/** Sets the ETag of an answer with a show and returns its body. */
export function presentShow(context: ApiContext, show: Show, known: Known): ShowResource {
  context.header('ETag', etagOf(show));
  return toShowResource(show, known);
}

function toShowResource(show: Show, { spending, now }: Known): ShowResource {
  const { description, category, tags, notes, goLiveAt, missedAt, endingAt, endReason } = show;
  const { sendsReport = false, record = false, recording = null, startsSource = false } = show;
  const { expectedSource = null, log, createdBy, createdAt, lastModified, revision } = show;
  return {
    ...toShowSummary(show),
    ...{ description, category, tags, notes, sendsReport, record, recording, expectedSource },
    ...{ startsSource, source: toSource(show) },
    ...{ goLiveAt, missedAt, endingAt, endReason },
    ...{ log, createdBy, createdAt, lastModified, revision },
    series: show.series ?? null,
    preflight: show.preflight ?? null,
    destinations: show.destinations.map((each) => toDestination(show, each)),
    sourceLostMinutes: show.sourceLostMinutes,
    onFailure: show.onFailure ?? 'continue',
    ceiling: show.ceiling && spending ? toCeiling(show.ceiling, spending, now) : null,
    allowedActions: showActionsOf(show),
  };
}

function toSource(show: Show): ShowResource['source'] {
  const { source, startsSource } = show;
  if (!source && !startsSource) return null;
  const startsAt = source?.startRequestedAt ?? new Date(sourceDueMs(show)).toISOString();
  const { state = 'planned', changedAt = null, problem = null } = source ?? {};
  return { startsAt, state, changedAt, problem };
}

function toDestination({ startsAt }: Show, each: ShowDestination): ShowResource['destinations'][number] {
  const {
    isStartConfirmed: _start,
    isStopConfirmed: _stop,
    desiredAtDecision: _decision,
    hasFailed: _failed,
    ...shown
  } = each;
  const { readyAt = null } = each;
  return { ...shown, readyAt, plannedAt: new Date(Date.parse(startsAt) + each.offsetSeconds * 1000).toISOString() };
}

function toCeiling(ceiling: ShowCeiling, spending: Spending, now: Date): ShowCeilingResource {
  const { microUsd, atLimit, spared } = ceiling;
  const course = courseOf(ceiling, now);
  const limit = limitOf(ceiling, now);
  const ifStopped = spending.ifStoppedAt(now);
  const spent = knownMicroUsd(spending.spent);
  const isAsking = atLimit.action === 'ask';
  return {
    amount: microUsd / 1e6,
    action: atLimit.action,
    countdownMinutes: isAsking ? atLimit.countdownMinutes : null,
    defaultAnswer: isAsking ? atLimit.defaultAnswer : null,
    spared: [...spared],
    limit: limit === null ? null : limit / 1e6,
    spent: spent / 1e6,
    committed: (knownMicroUsd(ifStopped) - spent) / 1e6,
    isComplete: isComplete(ifStopped),
    isAbout: ifStopped.isAbout,
    unknownParts: [...ifStopped.unknownParts],
    state: course?.state ?? 'watching',
    since: course?.since ?? null,
    decidedBy: course?.by ?? null,
    answerDueAt: course?.answerDueAt ?? null,
  };
}

function attentionOf({ state, automation, missedAt, destinations, endRule, ceiling, source }: Show): string[] {
  const sentences: string[] = [];
  if (state === 'starting' && missedAt !== null) {
    sentences.push('The show did not go live in time, and its outputs are held. Go live now, or cancel it.');
  }
  if (state === 'scheduled' && missedAt !== null) {
    sentences.push('The show did not start: nothing was running at the planned time. Go live now, or cancel it.');
  }
  if (state === 'scheduled' && destinations.length === 0) sentences.push('The show has no destinations.');
  if (automation === 'held' && state !== 'draft') sentences.push('The run sheet is held. Resume it, or act by hand.');
  if (automation === 'off' && state !== 'ending')
    sentences.push('A person has taken over. The run sheet does nothing.');
  const isToBegin = state === 'scheduled' || state === 'starting';
  if (isToBegin && source && source.problem !== null) {
    sentences.push(`The show could not start the source: ${source.problem}. Start it by hand.`);
  }
  if (state !== 'starting' && state !== 'live') return sentences;
  for (const { name, isRequired, problem } of destinations) {
    if (problem !== null)
      sentences.push(`${name}${isRequired ? ', which is required,' : ''} is not on air: ${problem}.`);
  }
  const asked = ceiling?.course?.state;
  if (asked === 'asked' && ceiling) {
    sentences.push(`The ceiling of ${formatMicroUsd(ceiling.microUsd)} is reached. Keep running, or stop now.`);
  } else if (asked === 'stopped')
    sentences.push('The ceiling of the show has stopped everything that it does not spare.');
  if (state === 'live' && endRule === 'hand') sentences.push('The show ends only by hand.');
  return sentences;
}
