import type { PlantedBug } from './planted-bugs.ts';

/** Bugs in what group starts start and stop. */

const step = /AdvanceGroupStart/;
const plain = { workflow: 'a group start puts everything on air once', step };
const woken = { workflow: 'a group start is woken twice and by an earlier execution', step };
const stopsAll = {
  workflow: 'a required destination fails and everything that the group start began is stopped',
  step,
};
const continues = { workflow: 'a destination that is not required fails and the others start', step };
const onItsWay = { workflow: 'a person ends a group start while a start is on its way', step };
const taken = { workflow: 'a required destination fails after a person has started another one again', step };
const between = { workflow: 'a person ends a group start between two starts and keeps what has begun', step };
const withAll = { workflow: 'a person ends a group start and stops what has begun', step };

/** The run without faults is the hunt. */
const only = (workflow: string) => [{ workflow, step: /^no step$/ }];

export const GROUP_BUGS: readonly PlantedBug[] = [
  {
    name: 'a stop leaves a destination in the group start in which it waits',
    file: 'api/stop-destination.ts',
    find: 'await changeGroupStart(deps, groupStart.groupStartId, (found) => withdrawFromGroup(found, destinationIds, by));',
    replace: 'void [changeGroupStart, withdrawFromGroup, deps, groupStart, by];',
    hunt: only('a person stops a destination that waits in a group start'),
  },
  {
    name: 'a stop does not reach the start of a group start that is on its way',
    file: 'api/stop-destination.ts',
    find: 'if (!isWithdrawn) return decided;',
    replace: 'if (!isWithdrawn || by !== null) return decided;',
    hunt: only('a person stops a destination while its start by a group start is on its way'),
  },
  {
    name: 'a group start requests a start again that has arrived',
    file: 'domain/group-start-run.ts',
    find: "if (record.desired === 'running') return towardsDesired(record);",
    replace: "if (record.desired === 'running') return { record, begins: record.operation ? null : 'start' };",
    hunt: [{ ...plain, operation: /StartExecution/, fault: /late|timeout|crash/ }],
  },
  {
    name: 'a group start does not see that it was ended before a start',
    file: 'workflow/run-group-start.ts',
    find: '|| current.endReason !== null) return',
    replace: ') return',
    hunt: [between],
  },
  {
    name: 'a group start stops what others have put on air',
    file: 'domain/group-start.ts',
    find: 'return actor?.endsWith(` (group start ${groupStartId})`) ?? false;',
    replace: 'return actor !== groupStartId;',
    hunt: [taken],
  },
  {
    name: 'a group start stops nothing when a required destination fails',
    file: 'domain/group-start-run.ts',
    find: "stopsBegun: groupStart.onFailure === 'stop-all' }",
    replace: 'stopsBegun: false }',
    hunt: [stopsAll],
  },
  {
    name: 'any destination that fails ends a group start',
    file: 'domain/group-start-run.ts',
    find: '({ isRequired, state }) => isRequired && (',
    replace: '({ isRequired, state }) => isRequired !== undefined && (',
    hunt: [continues],
  },
  {
    name: 'a group start is over before what it began is stopped',
    file: 'domain/group-start-run.ts',
    find: 'const isOver = stops.length === 0 && ',
    replace: 'const isOver = ',
    hunt: [withAll, stopsAll],
  },
  {
    name: 'a group start forgets a start that is on its way',
    file: 'domain/group-start-run.ts',
    find: 'const ON_ITS_WAY_MS = 90_000;',
    replace: 'const ON_ITS_WAY_MS = 0;',
    hunt: [{ ...onItsWay, operation: /Update/, fault: /late/ }],
  },
  {
    name: 'two group starts at once ignore the pace',
    file: 'workflow/paced-start.ts',
    find: '.count === 0) return null;',
    replace: '.count < 0) return null;',
    hunt: [{ workflow: 'two group starts share one pace', step: /none/ }],
  },
  {
    name: 'a group start starts more at once than may',
    file: 'domain/start-pace.ts',
    find: "operation?.kind === 'start' && Date.parse(operation.deadlineAt) > nowMs,",
    replace: "operation?.kind === 'create' && Date.parse(operation.deadlineAt) > nowMs,",
    hunt: [{ tests: 'functions/domain/start-pace.test.ts' }],
  },
  {
    name: 'two passes of a group start decide at once, and both store it',
    file: 'workflow/run-group-start.ts',
    find: 'isOurs = found.writeCount === before.writeCount;',
    replace: 'isOurs = true;',
    hunt: [woken],
  },
  {
    name: 'the sweep does not resume a group start',
    file: 'schedules/sweep-group-starts.ts',
    find: "if (state === 'running') continue;",
    replace: "if (state !== 'missing') continue;",
    hunt: [{ ...plain, operation: /Get|Query/, fault: /execution aborted/ }],
  },
];
