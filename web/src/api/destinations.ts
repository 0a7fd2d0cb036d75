import { skipToken, useMutation, useQuery } from '@tanstack/react-query';
import type {
  BulkResult,
  DestinationResource,
  MetricsResource,
  OperationResource,
  Timeline,
} from '../../../functions/api/schemas/answers.ts';
import type {
  Apply,
  BulkRequest,
  CreateDestination,
  PatchDestination,
  PutStreamKey,
} from '../../../functions/api/schemas/requests.ts';
import type { BitrateHistory } from './bitrate-history.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { type Answer, request } from './request.ts';
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

const PATH = '/api/destinations';
const pathOf = (destinationId: string): string => `${PATH}/${encodeURIComponent(destinationId)}`;
const withApply = (path: string, apply: Apply | null): string => (apply ? `${path}?apply=${apply}` : path);

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
    queryFn: ({ signal }) => request<DestinationResource>(pathOf(destinationId ?? ''), { signal }),
  });
}

/** Reads the present version of a destination with its ETag. */
export function readDestination(destinationId: string): Promise<Answer<DestinationResource>> {
  return request<DestinationResource>(pathOf(destinationId), {});
}

/** Polls a destination's metrics while they are visible. */
export function useMetrics(destinationId: string, running: boolean) {
  return useQuery({
    queryKey: queryKeys.metrics(destinationId),
    refetchInterval: running ? POLL_DETAILS_MS : false,
    queryFn: async ({ signal }) =>
      (await request<MetricsResource>(`${pathOf(destinationId)}/metrics`, { signal })).body,
  });
}

/** Polls a destination's timeline, newest first, while it is visible. */
export function useTimeline(destinationId: string) {
  return useQuery({
    queryKey: queryKeys.timeline(destinationId),
    refetchInterval: POLL_DETAILS_MS,
    queryFn: async ({ signal }) => (await request<Timeline>(`${pathOf(destinationId)}/timeline`, { signal })).body.data,
  });
}

/** Reads a finished operation with its steps; null sends no request. */
export function useOperation(operationId: string | null) {
  return useQuery({
    queryKey: queryKeys.operation(operationId ?? ''),
    enabled: operationId !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) =>
      (await request<OperationResource>(`/api/operations/${encodeURIComponent(operationId ?? '')}`, { signal })).body,
  });
}

/** Updates the cached list with an answer, so the page changes before the next poll. */
function remember(destination: DestinationResource): void {
  queryClient.setQueryData<DestinationResource[]>(queryKeys.destinations, (list) =>
    list?.map((other) => (other.destinationId === destination.destinationId ? destination : other)),
  );
}

/** A poll sent before a change would overwrite the change's answer with an older state. */
const dropPollsInFlight = (): Promise<void> => queryClient.cancelQueries({ queryKey: queryKeys.destinations });
const askAgain = (): Promise<void> => queryClient.invalidateQueries({ queryKey: queryKeys.destinations });

/** Actions that are posted to a destination. `stop?force=true` abandons the running operation first. */
type Transport = 'start' | 'stop' | 'restart' | 'stop?force=true' | 'show-slate' | 'end-slate';

/** Starts, stops or restarts a destination, whose answer contains the running operation, or changes its slate. */
export function useTransport(transport: Transport) {
  return useMutation({
    onMutate: dropPollsInFlight,
    mutationFn: async (destinationId: string) =>
      (await request<DestinationResource>(`${pathOf(destinationId)}/${transport}`, { method: 'POST' })).body,
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
      const options = { method: 'POST', body: { ids }, answerWithinMs: BULK_ANSWER_WITHIN_MS } as const;
      const { results } = (await request<BulkResult, BulkRequest>(`${PATH}/${action}`, options)).body;
      return { results, answeredAtMs: Date.now() };
    },
    onSettled: askAgain,
  });
}

/** Adds a destination. */
export function useCreateDestination() {
  return useMutation({
    onMutate: dropPollsInFlight,
    mutationFn: async (fields: CreateDestination) =>
      (await request<DestinationResource, CreateDestination>(PATH, { method: 'POST', body: fields })).body,
    onSettled: askAgain,
  });
}

/** Changes fields of a destination unless someone else has changed it. */
export function useEditDestination(destinationId: string) {
  return useMutation({
    // An edit may carry a passphrase, which must not stay in the cache.
    gcTime: 0,
    onMutate: dropPollsInFlight,
    mutationFn: async (edit: { changes: PatchDestination; etag: string | null; apply: Apply | null }) => {
      const path = withApply(pathOf(destinationId), edit.apply);
      const options = { method: 'PATCH', body: edit.changes, ifMatch: edit.etag } as const;
      return (await request<DestinationResource, PatchDestination>(path, options)).body;
    },
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
      [...positions].map(([id, position]) =>
        request<DestinationResource, PatchDestination>(pathOf(id), { method: 'PATCH', body: { position } }),
      ),
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
      const path = withApply(`${pathOf(destinationId)}/stream-key`, apply);
      await request<null, PutStreamKey>(path, { method: 'PUT', body });
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
      const query = new URLSearchParams({ ...(force && { force: 'true' }), ...(stops && { stop: 'true' }) });
      await request(`${pathOf(destinationId)}${query.size > 0 ? `?${query}` : ''}`, { method: 'DELETE' });
    },
    onSettled: askAgain,
  });
}
