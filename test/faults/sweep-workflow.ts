import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { addDestination, ask } from './act.ts';
import { idOf } from './destination-ids.ts';
import { currentInvocation } from './in-process-transport.ts';
import type { Workflow } from './workflows.ts';
import { flowOf, sweepOnce, type World } from './world.ts';
import { reach } from './reach.ts';

/**
 * A sweep with every kind of work: an output to restore, a channel to stop, an operation to resume, one to start, and
 * orphans to release. The faults strike the first sweep, and the later ones must correct the result.
 */

const [ON_AIR, OFF_AIR, INTERRUPTED, UNSTARTED, GONE] = [1, 2, 3, 4, 5].map(idOf) as [
  string,
  string,
  string,
  string,
  string,
];
const TWO_SIGHTINGS = 3;
const BETWEEN_SIGHTINGS_MS = 310_000;

async function prepare(world: World): Promise<void> {
  for (const number of [1, 2, 3, 5]) await world.drive(addDestination(world, number, { standby: 'warm' }));
  await reach(world, () => world.records().every(({ status }) => status === 'idle'));
  await world.drive(ask(world, ON_AIR, 'start'));
  await reach(world, () => world.record(ON_AIR)?.status === 'running');
  await forget(world, GONE);
  for (let sighting = 0; sighting < TWO_SIGHTINGS - 1; sighting++) {
    await world.drive(world.runAs('sweep', null, () => sweepOnce(world)));
    await world.until(() => false, BETWEEN_SIGHTINGS_MS);
  }
  await interrupt(world);
  world.faults = async (call, deliver) =>
    call.operation === 'StartExecution'
      ? { status: 503, headers: {}, body: '{"__type":"ServiceUnavailable"}' }
      : deliver();
  await world.drive(addDestination(world, 4, { standby: 'warm' }));
  world.faults = null;
  flowOf(world).outputs = [];
  world.media.channels[world.record(OFF_AIR)!.held.channel!.channelId]!.state = 'RUNNING';
  await world.until(() => false, BETWEEN_SIGHTINGS_MS);
}

/** Removes the record, like a table restored from an old backup. Its AWS resources become orphans. */
async function forget(world: World, destinationId: string): Promise<void> {
  const { clients, deployment } = world.deps;
  const Key = { pk: 'DESTINATIONS', sk: destinationId };
  await world.drive(clients.table.send(new DeleteCommand({ TableName: deployment.tableName, Key })));
}

/** Aborts an execution half-way. */
async function interrupt(world: World): Promise<void> {
  world.faults = async (call, deliver) => {
    const { invocation } = call;
    if (invocation?.step !== 'EnsureFlowOutput' || invocation.destinationId !== INTERRUPTED) return deliver();
    world.faults = null;
    invocation.kill();
    await currentInvocation.exit(() => world.abortExecutionOf(invocation));
    return new Promise(() => {});
  };
  await world.drive(ask(world, INTERRUPTED, 'start'));
  await reach(world, () => world.faults === null);
  await world.settle();
}

/** Returns true if every destination is in its desired state and the orphans are gone. */
function isAllWell(world: World): boolean {
  const is = (id: string, status: string) => world.record(id)?.status === status && !world.record(id)?.operation;
  const { channels, inputs, tags } = world.media;
  const left = [...Object.values(channels), ...Object.values(inputs)].filter(
    ({ arn, state }) => state !== 'DELETED' && tags[arn]?.['sluice:destination'] === GONE,
  );
  const stopped = channels[world.record(OFF_AIR)?.held.channel?.channelId ?? '']?.state;
  return (
    is(ON_AIR, 'running') &&
    is(OFF_AIR, 'idle') &&
    stopped === 'IDLE' &&
    is(INTERRUPTED, 'running') &&
    is(UNSTARTED, 'idle') &&
    flowOf(world).outputs.length === 2 &&
    left.length === 0
  );
}

/** The workflow with the sweep as its subject. */
export const SWEEP_WORKFLOW: Workflow = {
  name: 'a sweep with every kind of work',
  subject: 'sweep',
  isMeddledWith: true,
  isContested: true,
  prepare,
  setOff: (world) => world.runAs('sweep', null, () => sweepOnce(world)),
  isReached: (_record, world) => isAllWell(world),
  restWithinMs: 1_800_000,
};
