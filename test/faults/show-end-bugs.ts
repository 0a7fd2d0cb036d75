import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in the pauses of outputs, in the ceilings of shows, and in what ends a show before its time. */

/** The run without faults is the hunt. */
const only = (workflow: string) => [{ workflow, step: /^no step$/ }];
const paused = only('a channel starts early and sends from the planned second');
const heldOver = only('a show whose channel is paused is held over its second and resumed');
const sourceLost = only('a show ends when its source is lost for three minutes');
const sourceBack = only('a show whose source comes back in time ends by the clock');
const stops = only('the ceiling of a show ends it');
const asks = only('the ceiling of a show asks, gets no answer and spares one');
const kept = only('the ceiling of a show asks and a person keeps it running');

export const SHOW_END_BUGS: readonly PlantedBug[] = [
  {
    name: 'a show starts a channel without a pause',
    file: 'domain/show-run.ts',
    find: 'const pauseUntil = facts.pausesOutputs ?',
    replace: 'const pauseUntil = !facts.pausesOutputs ?',
    hunt: paused,
  },
  {
    name: 'a paused channel starts as late as one that is not paused',
    file: 'domain/show-start-plan.ts',
    find: 'return canPause(known, facts) ? Math.ceil(leadMs * 1.25) : leadMs;',
    replace: 'return canPause(known, facts) ? 0 : leadMs;',
    hunt: paused,
  },
  {
    name: 'a held show does not keep its outputs paused',
    file: 'domain/show-run.ts',
    find: 'const { show: held, ...pauses } = holdPaused(seen, facts.destinations, now);',
    replace: 'const { show: held, ...pauses } = { show: seen, letGo: [], pauses: [] };',
    hunt: heldOver,
  },
  {
    name: 'a show that is resumed late does not let its outputs go',
    file: 'domain/show-pause.ts',
    find: "else if (plannedMs <= now.getTime() || pause.state === 'ending') requests.letGo.push(destinationId);",
    replace: "else if (pause.state === 'ending') requests.letGo.push(destinationId);",
    hunt: heldOver,
  },
  {
    name: 'a show ends twice as late for want of a source',
    file: 'domain/show-ends.ts',
    find: 'Date.parse(liveAt)) + sourceLostMinutes * MINUTE_MS;',
    replace: 'Date.parse(liveAt)) + 2 * sourceLostMinutes * MINUTE_MS;',
    hunt: sourceLost,
  },
  {
    name: 'a show ends as soon as its source is lost',
    file: 'domain/show-ends.ts',
    find: "if (show.state === 'live' && sourceMs !== null && sourceMs <= now.getTime()) return 'source_lost';",
    replace: "if (show.state === 'live' && sourceMs !== null) return 'source_lost';",
    hunt: sourceBack,
  },
  {
    name: 'a show with a ceiling does not read what it has cost',
    file: 'workflow/show-ceiling.ts',
    find: '...(isOnAir && show.ceiling ?',
    replace: '...(!isOnAir && show.ceiling ?',
    hunt: stops,
  },
  {
    name: 'a show ends when its ceiling has stopped one of two destinations',
    file: 'domain/show-ends.ts',
    find: '!show.destinations.some((each) => isLeft(show, each))',
    replace: 'show.destinations.length > 0',
    hunt: asks,
  },
  {
    name: 'the ceiling of a show stops what it spares',
    file: 'domain/show-ends.ts',
    find: 'return hasCeilingStopped(show, now) && isConcerned(show.ceiling!, destinationId);',
    replace: 'return hasCeilingStopped(show, now);',
    hunt: asks,
  },
  {
    name: 'the ceiling of a show stops what a person keeps running',
    file: 'domain/ceiling.ts',
    find: "if (course?.state === 'kept') return course.keptUntilMicroUsd;",
    replace: '',
    hunt: kept,
  },
];
