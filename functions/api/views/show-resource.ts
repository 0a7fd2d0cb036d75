import { etagOf } from '../../domain/etag.ts';
import { showActionsOf, type Show, type ShowDestination } from '../../domain/show.ts';
import type { ApiContext } from '../api-deps.ts';
import type { ShowResource, ShowSummary } from '../schemas/shows.ts';

/** Returns a show as the API lists it. */
export function toShowSummary(show: Show): ShowSummary {
  const { showId, title, state, automation, privacy, zone, localStart, localEnd, endRule } = show;
  const { startsAt, endsAt, liveAt, endedAt, destinations } = show;
  return {
    ...{ showId, title, state, automation, privacy, zone, localStart, localEnd, endRule },
    ...{ startsAt, endsAt, liveAt, endedAt, destinationCount: destinations.length, attention: attentionOf(show) },
  };
}

/** Sets the ETag of an answer with a show and returns its body. */
export function presentShow(context: ApiContext, show: Show): ShowResource {
  context.header('ETag', etagOf(show));
  return toShowResource(show);
}

function toShowResource(show: Show): ShowResource {
  const { description, category, tags, notes, sendsReport = false, goLiveAt, missedAt, endingAt, endReason } = show;
  const { log, createdBy, createdAt, lastModified, revision } = show;
  return {
    ...toShowSummary(show),
    ...{ description, category, tags, notes, sendsReport, goLiveAt, missedAt, endingAt, endReason },
    ...{ log, createdBy, createdAt, lastModified, revision },
    preflight: show.preflight ?? null,
    destinations: show.destinations.map((each) => toDestination(show, each)),
    allowedActions: showActionsOf(show),
  };
}

function toDestination({ startsAt }: Show, each: ShowDestination): ShowResource['destinations'][number] {
  const { isStartConfirmed: _start, isStopConfirmed: _stop, ...shown } = each;
  const { readyAt = null } = each;
  return { ...shown, readyAt, plannedAt: new Date(Date.parse(startsAt) + each.offsetSeconds * 1000).toISOString() };
}

function attentionOf({ state, automation, missedAt, destinations, endRule }: Show): string[] {
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
  if (state !== 'starting' && state !== 'live') return sentences;
  for (const { name, isRequired, problem } of destinations) {
    if (problem !== null)
      sentences.push(`${name}${isRequired ? ', which is required,' : ''} is not on air: ${problem}.`);
  }
  if (state === 'live' && endRule === 'hand') sentences.push('The show ends only by hand.');
  return sentences;
}
