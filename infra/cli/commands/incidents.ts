import type { ApiClient } from '../../../functions/api/api-client.ts';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import type { Run } from '../command.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { findByName } from '../find-by-name.ts';
import { findDestination, limitOf } from './destinations.ts';

/** Commands of incidents. */

async function findIncident(client: ApiClient, given: string): Promise<IncidentResource> {
  const { data } = await (await client.api.incidents.$get({ query: { state: 'open', limit: 200 } })).json();
  return findByName(data, given, 'incident', ({ incidentId, title, subject }) => ({
    id: incidentId,
    name: `${title}: ${subject.name}`,
  }));
}

export const list: Run = async ({ out, connect }, { options }) => {
  const { client } = await connect();
  const state = (options['state'] ?? 'open') as 'open';
  const body = await (await client.api.incidents.$get({ query: { state, ...limitOf(options) } })).json();
  out.table(
    body,
    [
      ['ID', ({ incidentId }) => incidentId],
      ['SEVERITY', ({ severity }) => severity],
      ['STATE', ({ state: now }) => now],
      ['TITLE', ({ title }) => title],
      ['SUBJECT', ({ subject }) => subject.name],
      ['DETAIL', ({ detail }) => detail],
    ],
    body.data,
  );
};

export const acknowledge: Run = async ({ out, connect }, { args }) => {
  const { client } = await connect();
  const { incidentId } = await findIncident(client, args[0]!);
  const after = await (await client.api.incidents[':incidentId'].acknowledge.$post({ param: { incidentId } })).json();
  out.fields(after, [
    ['id', after.incidentId],
    ['state', after.state],
    ['acknowledged by', after.acknowledgedBy],
  ]);
};

const MINUTES_DEFAULT = '60';

export const mute: Run = async ({ out, connect }, { options }) => {
  const { destination, group, reason } = options;
  const minutes = String(options['minutes'] ?? MINUTES_DEFAULT);
  if (!/^[1-9]\d{0,5}$/.test(minutes)) throw new CommandFailure(EXIT.usage, '--minutes is a whole number from 1');
  if (typeof reason !== 'string') throw new CommandFailure(EXIT.usage, 'sluice incidents mute needs --reason');
  const { client } = await connect();
  const until = new Date(Date.now() + Number(minutes) * 60_000).toISOString();
  const about =
    typeof destination === 'string'
      ? { destinationId: (await findDestination(client, destination)).destinationId }
      : typeof group === 'string'
        ? { group }
        : {};
  const made = await (await client.api['incident-mutes'].$post({ json: { ...about, until, reason } })).json();
  out.fields(made, [
    ['id', made.muteId],
    ['until', made.until],
  ]);
};
