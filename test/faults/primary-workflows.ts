import { newPrimary } from '../../functions/domain/primary.ts';
import type { Workflow } from './workflows.ts';
import { sweepOnce, type World } from './world.ts';

/**
 * The always-on channel after somebody has deleted by hand what it runs on. The first sweep finds out and the steps make
 * it anew: the faults meet the one, or the others.
 */

const ID = 'primary';
const READY_WITHIN_MS = 900_000;

function isOnAir(world: World): boolean {
  const record = world.record(ID);
  const channel = world.media.channels[record?.held.channel?.channelId ?? ''];
  return record?.status === 'running' && record.operation === null && channel?.state === 'RUNNING';
}

async function prepare(world: World): Promise<void> {
  const { production, deps } = world;
  await world.drive(production.insertDestination(deps, { ...newPrimary('720p30', deps.now()), desired: 'running' }));
  await world.drive(world.runAs('sweep', null, () => sweepOnce(world)));
  if (!(await world.until(() => isOnAir(world), READY_WITHIN_MS))) throw new Error('the world does not get ready');
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
  ['the channel of the primary is deleted by hand', deleteChannel],
  ['channel and input of the primary are deleted by hand', deleteBoth],
] as const;

/** All of them. */
export const PRIMARY_WORKFLOWS: readonly Workflow[] = DELETIONS.flatMap(([name, deleteByHand]) =>
  ([undefined, 'sweep'] as const).map((subject) => ({
    name: subject === undefined ? name : `${name}, as the sweep finds it`,
    subject,
    isMeddledWith: true,
    isContested: true,
    prepare,
    setOff(world: World) {
      deleteByHand(world);
      return world.runAs('sweep', null, () => sweepOnce(world));
    },
    isReached: (_record: unknown, world: World) => isOnAir(world),
    restWithinMs: 3_600_000,
  })),
);
