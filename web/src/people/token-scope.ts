import type { AccessTokenResource } from '../../../functions/api/schemas/access-tokens.ts';
import { useDestinations } from '../api/destinations.ts';
import { useShows } from '../api/shows.ts';

/** A destination or show that a trigger token can name. */
export interface Nameable {
  id: string;
  name: string;
}

/** Returns the destinations and shows that a trigger token can name. Empty until they are read. */
export function useNameable(): { destinations: readonly Nameable[]; shows: readonly Nameable[] } {
  const destinations = useDestinations().data ?? [];
  const shows = useShows('open').data?.data ?? [];
  return {
    destinations: destinations.map(({ destinationId: id, name }) => ({ id, name })),
    shows: shows.map(({ showId: id, title: name }) => ({ id, name })),
  };
}

/** Returns the names of ids; the id itself for a deleted destination or a past show. */
export function namesOf(ids: readonly string[], all: readonly Nameable[]): string[] {
  return ids.map((each) => all.find(({ id }) => id === each)?.name ?? each);
}

/** One request that a button can send. */
export interface ButtonRequest {
  label: string;
  url: string;
}

/** Returns the requests that a trigger token allows, at the address under which this page is open. */
export function buttonRequests(
  { destinationIds, showIds }: Pick<AccessTokenResource, 'destinationIds' | 'showIds'>,
  { destinations, shows }: ReturnType<typeof useNameable>,
): ButtonRequest[] {
  const at = (kind: string, id: string, action: string): string =>
    `${window.location.origin}/api/${kind}/${id}/${action}`;
  return [
    ...namesOf(destinationIds, destinations).flatMap((name, index) => [
      { label: `Start ${name}`, url: at('destinations', destinationIds[index]!, 'start') },
      { label: `Stop ${name}`, url: at('destinations', destinationIds[index]!, 'stop') },
    ]),
    ...namesOf(showIds, shows).flatMap((name, index) => [
      { label: `Go live with ${name}`, url: at('shows', showIds[index]!, 'go-live') },
      { label: `End ${name}`, url: at('shows', showIds[index]!, 'end') },
    ]),
  ];
}
