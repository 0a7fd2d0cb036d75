import { AddFlowSourcesCommand } from '@aws-sdk/client-mediaconnect';
import type { Destination } from '../../functions/domain/destination.ts';
import { addDestination, ask } from './act.ts';
import { send, type ApiRequest } from './requests.ts';
import { ID, type Workflow } from './workflows.ts';
import { flowOf, type World } from './world.ts';
import { reach } from './reach.ts';

/** Changes between the two sources of the flow, while a destination runs. */

const isRunning = (record: Destination | null) =>
  record?.status === 'running' && record.operation === null && record.lastError === null;

const preferredOf = (world: World) => flowOf(world).failover?.primarySource ?? null;

async function runWithBackup(world: World): Promise<void> {
  const { clients, deployment } = world.deps;
  const backup = { Name: 'backup', Protocol: 'srt-listener', IngestPort: 9997, WhitelistCidr: '0.0.0.0/0' } as const;
  await world.drive(
    clients.mediaConnect.send(new AddFlowSourcesCommand({ FlowArn: deployment.flowArn, Sources: [backup] })),
  );
  await reach(world, () => flowOf(world).status === 'ACTIVE');
  await world.drive(addDestination(world, 1, { standby: 'cold' }));
  await world.drive(ask(world, ID, 'start'));
  await reach(world, () => isRunning(world.record(ID)));
}

const told = async (world: World, request: ApiRequest) => ({ ok: ((await send(world, request))?.status ?? 500) < 300 });

const switchTo = (to: string): ApiRequest => ({ method: 'POST', path: '/api/mediaconnect/flow/switch', body: { to } });
const prefer = (source: string | null): ApiRequest => ({
  ...{ method: 'PUT', path: '/api/mediaconnect/flow/preferred-source', body: { source } },
});

export const SOURCE_WORKFLOWS: readonly Workflow[] = [
  {
    name: 'switch to the backup source, whose metrics do not show it yet',
    prepare: runWithBackup,
    setOff: (world) => told(world, switchTo('backup')),
    isReached: (record, world) => isRunning(record) && preferredOf(world) === 'backup',
  },
  {
    name: 'end the preference of a source',
    async prepare(world) {
      await runWithBackup(world);
      await world.drive(told(world, prefer('backup')));
      await reach(world, () => preferredOf(world) === 'backup' && flowOf(world).status === 'ACTIVE');
    },
    setOff: (world) => told(world, prefer(null)),
    isReached: (record, world) => isRunning(record) && preferredOf(world) === null,
  },
];
