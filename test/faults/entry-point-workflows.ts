import type { Destination } from '../../functions/domain/destination.ts';
import { addDestination, ask, canaryOf } from './act.ts';
import { idOf } from './destination-ids.ts';
import { creation, send, type ApiRequest } from './requests.ts';
import type { Workflow } from './workflows.ts';
import type { World } from './world.ts';
import { reach } from './reach.ts';

/** Workflows over the REST API and through the monitor, besides those of the state machines. */

const ID = idOf(1);
const OTHER_ID = idOf(2);
const MINUTE_MS = 60_000;

const isAt = (record: Destination | null, status: Destination['status']) =>
  record?.status === status && record.operation === null && record.lastError === null;

async function makeTwo(world: World): Promise<void> {
  for (const number of [1, 2]) await world.drive(addDestination(world, number, { standby: 'warm' }));
  await reach(world, () => world.records().every((record) => isAt(record, 'idle')));
}

async function startOne(world: World): Promise<void> {
  await makeTwo(world);
  await world.drive(ask(world, ID, 'start'));
  await reach(world, () => isAt(world.record(ID), 'running'));
}

/** Sends a request as soon as a step has begun. */
function whenBegins(world: World, step: string, request: ApiRequest): void {
  let isDone = false;
  world.watchers.push({
    began(invocation) {
      if (isDone || invocation.step !== step) return;
      isDone = true;
      void send(world, request);
    },
  });
}

const told = async (world: World, request: ApiRequest) => ({ ok: ((await send(world, request))?.status ?? 500) < 300 });

export const ENTRY_POINT_WORKFLOWS: readonly Workflow[] = [
  {
    name: 'several destinations are started over the API, one of them unknown',
    prepare: makeTwo,
    setOff: (world) =>
      told(world, {
        method: 'POST',
        path: '/api/destinations/start',
        body: { ids: [idOf(99), ID, OTHER_ID], withoutEncoder: true },
      }),
    isReached: (record, world) => isAt(record, 'running') && isAt(world.record(OTHER_ID), 'running'),
  },
  {
    name: 'a start is forced during a start',
    isContested: true,
    prepare: makeTwo,
    setOff(world) {
      const path = `/api/destinations/${ID}/start?force=true`;
      whenBegins(world, 'EnsureChannelRun', { method: 'POST', path });
      return ask(world, ID, 'start');
    },
    // It must run because of the forced start, not because the sweep resumed the one that was forced to end.
    isReached: (record, world) =>
      isAt(record, 'running') && !world.logLines.some((line) => line.includes('sweep resumes')),
  },
  {
    name: 'a destination is added twice with one idempotency key',
    prepare: makeTwo,
    setOff(world) {
      world.idsToGive.push(idOf(3), idOf(4));
      const request = { ...creation(3, 'cold'), idempotencyKey: 'a key' };
      // The stream key is new on this platform, so only the idempotency key shows that the request is repeated.
      world.clock.after(MINUTE_MS, () => void send(world, request));
      return told(world, request);
    },
    isReached: (_record, world) =>
      world.records().length === 3 && world.events.filter((line) => /reply .*\(a key\) -> 201/.test(line)).length === 2,
  },
  {
    name: 'a stream key is replaced over the API',
    prepare: startOne,
    setOff: (world) =>
      told(world, {
        method: 'PUT',
        path: `/api/destinations/${ID}/stream-key?apply=now`,
        body: { streamKey: canaryOf(1, 2) },
      }),
    isReached: (record, world) =>
      isAt(record, 'running') &&
      JSON.stringify(world.media.channels[record!.held.channel?.channelId ?? '']?.settings).includes('1-v2'),
  },
  {
    name: 'a destination becomes cold while it is being created',
    prepare: makeTwo,
    setOff(world) {
      world.idsToGive.push(idOf(3));
      whenBegins(world, 'EnsureChannel', {
        method: 'PATCH',
        path: `/api/destinations/${idOf(3)}`,
        body: { standby: 'cold' },
      });
      return told(world, creation(3, 'warm'));
    },
    isReached(_record, world) {
      const record = world.record(idOf(3));
      return isAt(record, 'idle') && record!.standby === 'cold' && Object.keys(record!.held).length === 0;
    },
  },
  {
    name: 'a destination on air is no longer monitored',
    world: { monitorEverySeconds: 60 },
    prepare: startOne,
    async setOff(world) {
      const others = world.faults!;
      const endsMs = world.clock.now() + 1.5 * MINUTE_MS;
      world.faults = (call, deliver, self) => {
        if (call.invocation?.step !== 'monitor' || world.clock.now() < endsMs) return others(call, deliver, self);
        call.invocation.kill();
        return new Promise(() => {});
      };
      for (const minutes of [1.4, 5]) {
        const request = { method: 'GET', path: `/api/destinations/${ID}` } as const;
        world.clock.after(minutes * MINUTE_MS, () => void send(world, request));
      }
      return { ok: true };
    },
    isReached: (record, world) =>
      isAt(record, 'running') &&
      record!.observation?.channelState === 'RUNNING' &&
      world.events.filter((line) => line.includes(`reply GET /api/destinations/${ID} -> 200`)).length === 2,
  },
];
