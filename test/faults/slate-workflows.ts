import type { Destination } from '../../functions/domain/destination.ts';
import { addDestination, ask } from './act.ts';
import { send } from './requests.ts';
import { ID, type Workflow } from './workflows.ts';
import type { World } from './world.ts';
import { reach } from './reach.ts';

/** A break of a running destination: its slate is shown, ended, and ended by the stop of the destination. */

type SlateAction = 'show-slate' | 'end-slate';

async function request(world: World, action: SlateAction): Promise<{ ok: boolean }> {
  const answer = await send(world, { method: 'POST', path: `/api/destinations/${ID}/${action}`, body: {} });
  return { ok: (answer?.status ?? 500) < 300 };
}

/** Returns the number of images that MediaLive shows over the destination's output. */
function imagesOver(world: World, record: Destination | null): number {
  const channel = world.media.channels[record?.held.channel?.channelId ?? ''];
  return Object.keys(channel?.staticImages ?? {}).length;
}

const isRunning = (record: Destination | null) =>
  record?.status === 'running' && record.operation === null && record.lastError === null;

const isShown = (record: Destination | null, world: World) =>
  isRunning(record) && record!.slateBreak?.state === 'shown' && imagesOver(world, record) === 1;

/** MediaLive refused: nothing is shown, and the timeline says so. */
function isRefused(record: Destination | null, world: World): boolean {
  const lines = [...world.items].filter(([key]) => key.startsWith(`HISTORY#${ID}/entry#`)).map(([, item]) => item);
  const isSaid = lines.some(({ detail }) => String(detail).includes('refused the slate'));
  return isRunning(record) && record!.slateBreak === null && imagesOver(world, record) === 0 && isSaid;
}

async function run(world: World): Promise<void> {
  await world.drive(addDestination(world, 1, { standby: 'warm' }));
  await reach(world, () => world.record(ID)?.status === 'idle' && world.record(ID)?.operation === null);
  await world.drive(ask(world, ID, 'start'));
  await reach(world, () => isRunning(world.record(ID)));
}

async function runWithSlate(world: World): Promise<void> {
  await run(world);
  await world.drive(request(world, 'show-slate'));
  await reach(world, () => isShown(world.record(ID), world));
}

export const SLATE_WORKFLOWS: readonly Workflow[] = [
  {
    name: 'show the slate',
    prepare: run,
    setOff: (world) => request(world, 'show-slate'),
    isReached: (record, world) => isShown(record, world) || isRefused(record, world),
  },
  {
    name: 'end the slate',
    prepare: runWithSlate,
    setOff: (world) => request(world, 'end-slate'),
    isReached: (record, world) => isRunning(record) && record!.slateBreak === null && imagesOver(world, record) === 0,
  },
  {
    name: 'stop under the slate',
    prepare: runWithSlate,
    setOff: (world) => ask(world, ID, 'stop'),
    isReached: (record, world) =>
      record?.status === 'idle' && record.slateBreak === null && imagesOver(world, record) === 0,
  },
];
