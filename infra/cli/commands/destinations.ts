import type { DestinationList, DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { ApiClient } from '../../../functions/api/api-client.ts';
import type { Run } from '../command.ts';
import { findByName } from '../find-by-name.ts';
import type { Column } from '../output.ts';

/** Commands that read destinations. */

/** Reads every page. */
export async function readDestinations(client: ApiClient, group?: string): Promise<DestinationResource[]> {
  const found: DestinationResource[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: { limit: number; group?: string; cursor?: string } = {
      limit: 200,
      ...(group === undefined ? {} : { group }),
      ...(cursor ? { cursor } : {}),
    };
    const page: DestinationList = await (await client.api.destinations.$get({ query })).json();
    found.push(...page.data);
    cursor = page.nextCursor;
  }
  return found;
}

/** @throws {CommandFailure} when none or several match */
export async function findDestination(client: ApiClient, given: string): Promise<DestinationResource> {
  return pickDestination(await readDestinations(client), given);
}

/** Picks one from a list that was read already. */
export function pickDestination(destinations: readonly DestinationResource[], given: string): DestinationResource {
  return findByName(destinations, given, 'destination', ({ destinationId, name }) => ({ id: destinationId, name }));
}

export const DESTINATION_COLUMNS: readonly Column<DestinationResource>[] = [
  ['ID', ({ destinationId }) => destinationId],
  ['NAME', ({ name }) => name],
  ['PLATFORM', ({ platform }) => platform],
  ['GROUP', ({ group }) => group],
  ['STATUS', ({ status }) => status],
  ['ON AIR', ({ onAir }) => (onAir ? 'yes' : 'no')],
  ['HEALTH', ({ health }) => health.level],
  ['KBIT/S', ({ bitrateBps }) => (bitrateBps === null ? null : Math.round(bitrateBps / 1000))],
];

export const list: Run = async ({ out, connect }, { options }) => {
  const { client } = await connect();
  const data = await readDestinations(client, options['group'] as string | undefined);
  out.table({ data, nextCursor: null }, DESTINATION_COLUMNS, data);
};

export const show: Run = async ({ out, connect }, { args }) => {
  const { client } = await connect();
  const found = await findDestination(client, args[0]!);
  out.fields(found, [
    ['id', found.destinationId],
    ['name', found.name],
    ['group', found.group],
    ['platform', found.platform],
    ['url', found.rtmpUrl],
    ['stream key', found.streamKeySet ? `ends with ${found.streamKeyLast4 ?? '?'}` : 'not set'],
    ['preset', found.preset],
    ['standby', found.standby],
    ['status', found.status],
    ['on air', found.onAir ? 'yes' : 'no'],
    ['health', `${found.health.level}: ${found.health.detail}`],
    ['remedy', found.health.remedy],
    ['bitrate', found.bitrateBps === null ? null : `${Math.round(found.bitrateBps / 1000)} kbit/s`],
    ['running since', found.runningSince],
    ['last error', found.lastError && `${found.lastError.detail} (${found.lastError.at})`],
    ['allowed', found.allowedActions.join(', ')],
  ]);
};

export const log: Run = async ({ out, connect }, { args, options }) => {
  const { client } = await connect();
  const { destinationId } = await findDestination(client, args[0]!);
  const query = limitOf(options);
  const body = await (
    await client.api.destinations[':destinationId'].log.$get({ param: { destinationId }, query })
  ).json();
  out.table(
    body,
    [
      ['AT', ({ at }) => at],
      ['SEVERITY', ({ severity }) => severity],
      ['MESSAGE', ({ message }) => message],
    ],
    body.data,
  );
};

export const metrics: Run = async ({ out, connect }, { args }) => {
  const { client } = await connect();
  const { destinationId } = await findDestination(client, args[0]!);
  const body = await (
    await client.api.destinations[':destinationId'].metrics.$get({ param: { destinationId } })
  ).json();
  const { current } = body;
  out.fields(body, [
    ['observed', body.observedAt],
    ['up for', body.uptimeSeconds === null ? null : `${Math.round(body.uptimeSeconds)} s`],
    ['bitrate', current.bitrateBps === null ? null : `${Math.round(current.bitrateBps / 1000)} kbit/s`],
    ['frames per second', current.framesPerSecond],
    ['dropped frames', current.droppedFrames],
    ['reconnects', current.reconnects],
  ]);
};

/** Reads `--limit`; the API checks it. */
export function limitOf(options: Readonly<Record<string, string | boolean | undefined>>): { limit?: string } {
  return typeof options['limit'] === 'string' ? { limit: options['limit'] } : {};
}
