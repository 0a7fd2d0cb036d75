import { skipToken, useMutation, useQuery } from '@tanstack/react-query';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type {
  Apply,
  CreateDestination,
  PatchDestination,
  PutStreamKey,
} from '../../../functions/api/schemas/destination-requests.ts';
import type { BitrateHistory } from './bitrate-history.ts';
import { api, bodyOf, endedBy, type Tagged, taggedBodyOf, within } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

type Secret = 'streamKey' | 'backupStreamKey' | 'passphrase';

type SometimesAbsent =
  | 'keyUse'
  | 'keyValidUntil'
  | 'streamId'
  | 'latencyMs'
  | 'onSourceLoss'
  | 'holdMinutes'
  | 'backupIngest'
  | 'backupRtmpUrl';

/** The fields an operator sets. Stream key and passphrase are sent but never received. */
export type DestinationFields = Required<Omit<CreateDestination, Secret | SometimesAbsent | 'position' | 'reference'>> &
  Pick<CreateDestination, SometimesAbsent>;

const { destinations } = api;
const destination = destinations[':destinationId'];
const idOf = (destinationId: string) => ({ param: { destinationId: encodeURIComponent(destinationId) } });
const applyOf = (apply: Apply | null) => (apply ? { query: { apply } } : {});

/** Polls all destinations while the page is visible. */
export function useDestinations() {
  return useQuery(snapshotQuery('destinations'));
}

/** Returns the destinations of the newest poll, for a decision at the moment of a click. */
export function knownDestinations(): readonly DestinationResource[] {
  return queryClient.getQueryData<DestinationResource[]>(queryKeys.destinations) ?? [];
}

const NO_BITRATES: readonly (number | null)[] = [];

/** Returns a destination's bitrates in recent polls, kept while the page is open. */
export function useRecentBitrates(destinationId: string): readonly (number | null)[] {
  const { data } = useQuery<BitrateHistory, Error, readonly (number | null)[]>({
    queryKey: queryKeys.bitrates,
    queryFn: skipToken,
    select: (history) => history.get(destinationId) ?? NO_BITRATES,
  });
  return data ?? NO_BITRATES;
}

/** Reads a destination with its ETag again for an edit. */
export function useDestinationForEdit(destinationId: string | null) {
  return useQuery({
    queryKey: queryKeys.destination(destinationId ?? ''),
    enabled: destinationId !== null,
    gcTime: 0,
    refetchOnWindowFocus: false,
    queryFn: ({ signal }) => taggedBodyOf(destination.$get(idOf(destinationId ?? ''), endedBy(signal))),
  });
}

/** Reads the present version of a destination with its ETag. */
export function readDestination(destinationId: string): Promise<Tagged<DestinationResource>> {
  return taggedBodyOf(destination.$get(idOf(destinationId)));
}

/** Polls a destination's metrics while they are visible. */
export function useMetrics(destinationId: string, running: boolean) {
  return useQuery({
    queryKey: queryKeys.metrics(destinationId),
    refetchInterval: running ? POLL_DETAILS_MS : false,
    queryFn: ({ signal }) => bodyOf(destination.metrics.$get(idOf(destinationId), endedBy(signal))),
  });
}

/** Polls a destination's timeline, newest first, while it is visible. */
export function useTimeline(destinationId: string) {
  return useQuery({
    queryKey: queryKeys.timeline(destinationId),
    refetchInterval: POLL_DETAILS_MS,
    queryFn: async ({ signal }) => (await bodyOf(destination.timeline.$get(idOf(destinationId), endedBy(signal)))).data,
  });
}

/** Reads a finished operation with its steps; null sends no request. */
export function useOperation(operationId: string | null) {
  return useQuery({
    queryKey: queryKeys.operation(operationId ?? ''),
    enabled: operationId !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => {
      const param = { operationId: encodeURIComponent(operationId ?? '') };
      return bodyOf(api.operations[':operationId'].$get({ param }, endedBy(signal)));
    },
  });
}

/** Updates the cached list with an answer, so the page changes before the next poll. */
function remember(changed: DestinationResource): void {
  queryClient.setQueryData<DestinationResource[]>(queryKeys.destinations, (list) =>
    list?.map((other) => (other.destinationId === changed.destinationId ? changed : other)),
  );
}

/** A poll sent before a change would overwrite the change's answer with an older state. */
const dropPollsInFlight = (): Promise<void> => queryClient.cancelQueries({ queryKey: queryKeys.destinations });
const askAgain = (): Promise<void> => queryClient.invalidateQueries({ queryKey: queryKeys.destinations });

/** Actions that are posted to a destination. A forced stop abandons the running operation first. */
const TRANSPORTS = {
  start: (id) => destination.start.$post(id),
  stop: (id) => destination.stop.$post(id),
  'stop by force': (id) => destination.stop.$post({ ...id, query: { force: 'true' } }),
  restart: (id) => destination.restart.$post(id),
  'show-slate': (id) => destination['show-slate'].$post(id),
  'end-slate': (id) => destination['end-slate'].$post(id),
} satisfies Record<string, (id: ReturnType<typeof idOf>) => unknown>;

/** Starts, stops or restarts a destination, whose answer contains the running operation, or changes its slate. */
export function useTransport(transport: keyof typeof TRANSPORTS) {
  return useMutation({
    onMutate: dropPollsInFlight,
    mutationFn: (destinationId: string) => bodyOf(TRANSPORTS[transport](idOf(destinationId))),
    onSuccess: remember,
    onSettled: askAgain,
  });
}

/** The server handles several destinations one after the other and answers after the last one. */
const BULK_ANSWER_WITHIN_MS = 120_000;

/** Stops several destinations, or changes their slates; returns one result for each and the time of the answer. */
export function useBulkTransport(action: 'stop' | 'show-slate' | 'end-slate') {
  return useMutation({
    onMutate: dropPollsInFlight,
    mutationFn: async (ids: string[]) => {
      const { results } = await bodyOf(destinations[action].$post({ json: { ids } }, within(BULK_ANSWER_WITHIN_MS)));
      return { results, answeredAtMs: Date.now() };
    },
    onSettled: askAgain,
  });
}

/** Adds a destination. */
export function useCreateDestination() {
  return useMutation({
    onMutate: dropPollsInFlight,
    mutationFn: (json: CreateDestination) => bodyOf(destinations.$post({ json })),
    onSettled: askAgain,
  });
}

/** Changes fields of a destination unless someone else has changed it. */
export function useEditDestination(destinationId: string) {
  return useMutation({
    // An edit may carry a passphrase, which must not stay in the cache.
    gcTime: 0,
    onMutate: dropPollsInFlight,
    mutationFn: ({ apply, changes, etag }: { changes: PatchDestination; etag: string | null; apply: Apply | null }) =>
      bodyOf(
        destination.$patch({
          ...idOf(destinationId),
          ...applyOf(apply),
          header: etag === null ? {} : { 'If-Match': etag },
          json: changes,
        }),
      ),
    onSuccess: remember,
    onSettled: askAgain,
  });
}

/** Moves destinations in the manual order; the list shows it at once. @throws the API's refusal */
export async function moveDestinations(positions: ReadonlyMap<string, number>): Promise<void> {
  await dropPollsInFlight();
  queryClient.setQueryData<DestinationResource[]>(queryKeys.destinations, (list) =>
    list?.map((each) => ({ ...each, position: positions.get(each.destinationId) ?? each.position })),
  );
  try {
    await Promise.all(
      [...positions].map(([id, position]) => bodyOf(destination.$patch({ ...idOf(id), json: { position } }))),
    );
  } finally {
    await askAgain();
  }
}

/** Replaces a stream key without caching it. */
export function useReplaceStreamKey(destinationId: string) {
  return useMutation({
    gcTime: 0,
    mutationFn: async ({ apply, body }: { body: PutStreamKey; apply: Apply | null }) => {
      await destination['stream-key'].$put({ ...idOf(destinationId), ...applyOf(apply), json: body });
    },
    onSettled: askAgain,
  });
}

/** How to delete a destination. */
interface Deletion {
  destinationId: string;
  /** Takes it off air first. */
  stops: boolean;
}

/** Deletes a destination and releases its resources. @param force abandons the running operation first */
export function useDeleteDestination({ force = false } = {}) {
  return useMutation({
    onMutate: dropPollsInFlight,
    mutationFn: async ({ destinationId, stops }: Deletion) => {
      const query = { ...(force && { force: 'true' as const }), ...(stops && { stop: 'true' as const }) };
      await destination.$delete({ ...idOf(destinationId), query });
    },
    onSettled: askAgain,
  });
}
