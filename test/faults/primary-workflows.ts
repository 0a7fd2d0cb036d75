import { newPrimary } from '../../functions/domain/primary.ts';
import type { Workflow } from './workflows.ts';
import { sweepOnce, type World } from './world.ts';
import { reach } from './reach.ts';

/**
 * Workflows of the primary after its resources were deleted manually. The first sweep notices and the steps create them
 * again; the faults strike either the sweep or the steps.
 */

const ID = 'primary';
function isOnAir(world: World): boolean {
  const record = world.record(ID);
  const channel = world.media.channels[record?.held.channel?.channelId ?? ''];
  return record?.status === 'running' && record.operation === null && channel?.state === 'RUNNING';
}

/** Creates the primary and starts it. */
export async function runPrimary(world: World): Promise<void> {
  const { production, deps } = world;
  await world.drive(production.insertDestination(deps, { ...newPrimary('720p30', deps.now()), desired: 'running' }));
  await world.drive(world.runAs('sweep', null, () => sweepOnce(world)));
  await reach(world, () => isOnAir(world));
}

function deleteChannel({ media, record }: World): void {
  const { channel, input } = record(ID)!.held;
  delete media.channels[channel!.channelId];
  Object.assign(media.inputs[input!.inputId]!, { state: 'DETACHED', attachedChannelId: null });
}

function deleteBoth(world: World): void {
  deleteChannel(world);
  delete world.media.inputs[world.record(ID)!.held.input!.inputId];
}

const DELETIONS = [
  ['the channel of the primary is deleted manually', deleteChannel],
  ['channel and input of the primary are deleted manually', deleteBoth],
] as const;

export const PRIMARY_WORKFLOWS: readonly Workflow[] = DELETIONS.flatMap(([name, deleteByHand]) =>
  ([undefined, 'sweep'] as const).map((subject) => ({
    name: subject === undefined ? name : `${name}, with faults in the sweep`,
    subject,
    isMeddledWith: true,
    isContested: true,
    prepare: runPrimary,
    setOff(world: World) {
      deleteByHand(world);
      return world.runAs('sweep', null, () => sweepOnce(world));
    },
    isReached: (_record: unknown, world: World) => isOnAir(world),
    restWithinMs: 3_600_000,
  })),
);
