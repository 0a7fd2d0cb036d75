import type { ApiClient } from '../../functions/api/api-client.ts';
import type { NameKind } from './command.ts';
import type { Candidate } from './complete.ts';
import { readDestinations } from './commands/destinations.ts';

/** Reads what completes an argument: names, with their ids. */
export function readNames(client: ApiClient, kind: NameKind): Promise<Candidate[]> {
  return READERS[kind](client);
}

const READERS: Record<NameKind, (client: ApiClient) => Promise<Candidate[]>> = {
  destinations: async (client) =>
    (await readDestinations(client)).map(({ destinationId, name }) => ({ text: name, meaning: destinationId })),
  groups: async (client) => {
    const groups = (await readDestinations(client)).flatMap(({ group }) => group ?? []);
    return [...new Set(groups)].map((text) => ({ text, meaning: '' }));
  },
  shows: async (client) => {
    const { data } = await (await client.api.shows.$get({ query: { state: 'open', limit: '100' } })).json();
    return data.map(({ showId, title }) => ({ text: title, meaning: showId }));
  },
  incidents: async (client) => {
    const { data } = await (await client.api.incidents.$get({ query: { state: 'open', limit: 200 } })).json();
    return data.map(({ incidentId, subject, title }) => ({ text: `${title}: ${subject.name}`, meaning: incidentId }));
  },
};
