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

const otherFails = only('a destination that is not required fails and the show continues');
const requiredFails = only('a required destination fails and ends the show');
const stoppedByHand = only('a person stops a required destination and the show continues');

export const SHOW_END_BUGS: readonly PlantedBug[] = [
  {
    name: 'any destination that fails ends a show',
    file: 'domain/show-ends.ts',
    find: "return isRequired && hasFailed === true && status !== 'running' && status !== 'starting';",
    replace: "return hasFailed === true && status !== 'running' && status !== 'starting';",
    hunt: otherFails,
  },
  {
    name: 'a required destination that fails does not end a show',
    file: 'domain/show-run.ts',
    find: "(isIncomplete ? 'required_failed' : null)",
    replace: '(isIncomplete ? null : null)',
    hunt: requiredFails,
  },
  {
    name: 'a required destination that a person stopped ends a show',
    file: 'domain/show-ends.ts',
    find: 'return isRequired && hasFailed === true && status',
    replace: 'return isRequired && status !== undefined && status',
    hunt: stoppedByHand,
  },
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
