import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what shows start and stop by themselves, and when. */

const onItsWay = { workflow: 'a show is cancelled while its start is on its way', step: /AdvanceShow/ };
const despite = { workflow: 'a show starts and ends despite a fault', step: /AdvanceShow/ };
const plain = [{ workflow: 'a show starts and ends by the clock', step: /AdvanceShow/ }];
const held = [{ workflow: 'a show is held and resumed', step: /AdvanceShow/ }];
const takenOver = [{ workflow: 'a show is taken over between two starts', step: /AdvanceShow/ }];
const cancelled = [{ workflow: 'a show is cancelled between two starts', step: /AdvanceShow/ }];
const byHand = [{ workflow: 'a show goes live and ends by hand', step: /AdvanceShow/ }];
const missed = [{ workflow: 'a machine that was off at the start asks', step: /AdvanceShow/ }];
const neverThere = [{ workflow: 'a show whose whole time the machine was off is given up', step: /AdvanceShow/ }];
const stoppedByHand = [{ workflow: 'a person stops what a show starts', step: /AdvanceShow/ }];
/** The run without faults is the hunt. */
const only = (workflow: string) => [{ workflow, step: /^no step$/ }];
const aborted = [{ ...despite, operation: /Get/, fault: /execution aborted/ }];

export const SHOW_BUGS: readonly PlantedBug[] = [
  {
    name: 'a show plans its starts without those of other shows',
    file: 'domain/show-start-plan.ts',
    find: 'const all = [...own, ...startsOfOthers(show, own, facts)]',
    replace: 'const all = [...own, ...startsOfOthers(show, [], facts)]',
    hunt: [{ tests: 'functions/domain/show-run.test.ts' }],
  },
  {
    name: 'a show starts by itself, however late',
    file: 'domain/show-run.ts',
    find: "if (show.state === 'scheduled' && nowMs > startMs + LATE_MS_MAX) return miss(show, now);",
    replace: '',
    hunt: missed,
  },
  {
    name: 'a show starts a destination, however late',
    file: 'domain/show-run.ts',
    find: "if (lateMs > LATE_MS_MAX && known.desired !== 'running' && !room.isFull) {",
    replace: "if (lateMs > 60 * LATE_MS_MAX && known.desired !== 'running' && !room.isFull) {",
    hunt: [{ workflow: 'a show is resumed too late for a destination' }],
  },
  {
    name: 'a show plans all its starts for the same moment',
    file: 'domain/start-pace.ts',
    find: 'next ? times[next.index]! - intervalMs : Infinity,',
    replace: 'Infinity,',
    hunt: [{ tests: 'functions/domain/start-pace.test.ts' }],
  },
  {
    name: 'a show starts more at once than there is room for',
    file: 'domain/show-run.ts',
    find: 'if (free <= 0) return each;',
    replace: '',
    hunt: [{ tests: 'functions/domain/show-run.test.ts' }],
  },
  {
    name: 'a show gives up a destination that waits for its turn',
    file: 'domain/show-run.ts',
    find: '...moves.map((at) => (at ? Date.parse(at) : 0))',
    replace: '...moves.map(() => 0)',
    hunt: [{ tests: 'functions/domain/show-run.test.ts' }],
  },
  {
    name: 'a held show acts',
    file: 'domain/show-run.ts',
    find: "const isActing = seen.automation === 'on';",
    replace: "const isActing = seen.automation !== 'off';",
    hunt: held,
  },
  {
    name: 'a show that was taken over acts',
    file: 'domain/show-run.ts',
    find: "const isActing = seen.automation === 'on';",
    replace: "const isActing = seen.automation !== 'held';",
    hunt: takenOver,
  },
  {
    name: 'a show ignores the offset of a destination',
    file: 'domain/show-plan.ts',
    find: 'startMsOf(show) + offsetSeconds * 1000;',
    replace: 'startMsOf(show) + offsetSeconds * 0;',
    hunt: plain,
  },
  {
    name: 'a show does not wait for a start that is on its way',
    file: 'domain/show-run.ts',
    find: 'return isOnItsWay && endingAt !== null ?',
    replace: 'return isOnItsWay && endingAt === null ?',
    hunt: [{ ...onItsWay, operation: /Update/, fault: /late/ }],
  },
  {
    name: 'a show that was to go live by hand waits for ever',
    file: 'domain/show-run.ts',
    find: 'now.getTime() <= Date.parse(show.goLiveAt) + LATE_MS_MAX;',
    replace: 'now.getTime() >= Date.parse(show.goLiveAt);',
    hunt: neverThere,
  },
  {
    name: 'a show waits for a destination that a person has stopped',
    file: 'domain/show-run.ts',
    find: "known.desired !== 'running' && each.problem === null",
    replace: "known.desired === 'deleted' && each.problem === null",
    hunt: stoppedByHand,
  },
  {
    name: 'a show stops what the next show has on air',
    file: 'domain/show-run.ts',
    find: 'facts.claims?.get(each.destinationId)',
    replace: "facts.claims?.get('')",
    hunt: [{ workflow: 'two shows follow one another with one destination' }],
  },
  {
    name: 'a show does not note that it has what another show had on air',
    file: 'domain/show-handover.ts',
    find: 'return { ...record, desiredBy: showActorOf(show, START_RULE), desiredAt: now.toISOString() };',
    replace: 'return record;',
    hunt: only('the next show takes a destination at call 7 of the end of the former'),
  },
  {
    name: 'a show stops what another show has taken since it decided',
    file: 'domain/show-handover.ts',
    find: 'if (isTaken) {',
    replace: 'if (isTaken && to !== null) {',
    hunt: only('the next show takes a destination at call 7 of the end of the former'),
  },
  {
    name: 'a show does not start what the former show has just stopped',
    file: 'domain/show-start.ts',
    find: 'if (isAsDecided || isStoppedByOther(record, show.showId)) return',
    replace: 'if (isAsDecided) return',
    hunt: only('the former show stops a destination at call 6 of the start of the next'),
  },
  {
    name: 'a show that is cancelled stops what the former show has on air',
    file: 'domain/show-handover.ts',
    find: "return heir ? { kind: 'hand-over', to: heir } : { kind: 'stop' };",
    replace: "return { kind: 'stop' };",
    hunt: only('the next show is cancelled at call 8 of its start'),
  },
  {
    name: 'a show forgets what another show has handed back',
    file: 'domain/show-run.ts',
    find: 'const isMineAgain = each.isStopConfirmed && starterOf(known)?.showId === show.showId;',
    replace: 'const isMineAgain = false;',
    hunt: only('the next show is cancelled at call 4 of the end of the former'),
  },
  {
    name: 'what a show does names no rule',
    file: 'domain/show-handover.ts',
    find: '(${showId}): ${rule}`;',
    replace: '(${showId})`;',
    hunt: plain,
  },
  {
    name: 'a show starts a destination again that a person has stopped',
    file: 'domain/show-start.ts',
    find: 'const isAsDecided = (record.desiredAt ?? null) === desiredAtDecision;',
    replace: 'const isAsDecided = desiredAtDecision !== undefined;',
    hunt: [{ ...stoppedByHand[0]!, operation: /StartExecution/, fault: /crash after/ }],
  },
  {
    name: 'a process that slept starts a destination after the show',
    file: 'domain/decided-start.ts',
    find: '<= DECIDED_MS_MAX',
    replace: '<= 1000 * DECIDED_MS_MAX',
    hunt: [{ ...onItsWay, operation: /Query/, fault: /process continues/ }],
  },
  {
    name: 'a show does not notice between two starts that a person has taken over',
    file: 'workflow/run-show.ts',
    find: "return automation === 'on' && (",
    replace: "return automation !== 'held' && (",
    hunt: takenOver,
  },
  {
    name: 'a show does not notice between two starts that it is cancelled',
    file: 'workflow/run-show.ts',
    find: '|| !isStarting(current)) break;',
    replace: ') break;',
    hunt: cancelled,
  },
  {
    name: 'a request that AWS did not answer counts as made',
    file: 'workflow/make-request.ts',
    find: '    return [];\n  }\n}',
    replace: '    return [{ destinationId, refusal: null }];\n  }\n}',
    hunt: [{ ...despite, operation: /Query/, fault: /timeout before/ }],
  },
  {
    name: 'an execution that was not started waits for the sweep',
    file: 'workflow/run-show.ts',
    find: '      if (change !== null) await startBegun(deps, change.result);',
    replace: '',
    hunt: [{ ...despite, operation: /StartExecution/, fault: /crash before/ }],
  },
  {
    name: 'two passes decide at once, and both store it',
    file: 'aws/show-table.ts',
    find: "    ConditionExpression: 'writeCount = :count',\n    ExpressionAttributeValues: { ':count': before.writeCount },\n",
    replace: "    ConditionExpression: 'attribute_exists(pk)',\n",
    hunt: [{ workflow: 'a show is woken twice, late and by its earlier plan' }],
  },
  {
    name: 'the run sheet is woken late',
    file: 'workflow/show-steps.ts',
    find: 'waitUntil: wakeAt.toISOString()',
    replace: 'waitUntil: new Date(wakeAt.getTime() + 30_000).toISOString()',
    hunt: plain,
  },
  {
    name: 'the next execution of a show has the name of the last',
    file: 'workflow/show-steps.ts',
    find: 'executionRevision: show.executionRevision + 1 }',
    replace: 'executionRevision: show.executionRevision }',
    hunt: aborted,
  },
  {
    name: 'the sweep does not resume a show whose execution was aborted',
    file: 'schedules/sweep-shows.ts',
    find: 'else await startNextExecution(deps, show);',
    replace: 'else continue;',
    hunt: aborted,
  },
  {
    name: 'the sweep does not start the missing execution of a show',
    file: 'schedules/sweep-shows.ts',
    find: "if (state === 'missing') await startShowExecution(deps, show);",
    replace: "if (state === 'missing') continue;",
    hunt: neverThere,
  },
  {
    name: 'the sweep does not finish the move of a show that has ended',
    file: 'schedules/sweep-shows.ts',
    find: 'await finishShow(deps, show);',
    replace: 'continue;',
    hunt: [{ ...neverThere[0]!, operation: /Put/, fault: /execution aborted/ }],
  },
  {
    name: 'a cancelled show forgets what it has started',
    file: 'domain/show.ts',
    find: 'return isStarted ? {',
    replace: 'return !isStarted ? {',
    hunt: cancelled,
  },
  {
    name: 'a change by a person does not wake the run sheet',
    file: 'domain/show.ts',
    find: '    executionRevision: show.executionRevision + 1,\n    lastModified',
    replace: '    lastModified',
    hunt: byHand,
  },
];
