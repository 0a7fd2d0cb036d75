import { useInfiniteQuery } from '@tanstack/react-query';
import type { DeploymentTimeline, TimelineQuery } from '../../../functions/api/schemas/timeline.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryKeys } from './query-client.ts';

/** One entry of the timeline. */
export type DeploymentEntry = DeploymentTimeline['data'][number];

/** Filters; empty fields match everything. */
export interface TimelineFilter {
  kind: NonNullable<TimelineQuery['kind']> | '';
  destinationId: string;
  from: string;
}

function queryOf({ kind, destinationId, from }: TimelineFilter) {
  return { ...(kind && { kind }), ...(destinationId && { destinationId }), ...(from && { from }) };
}

function readPage(filter: TimelineFilter, { cursor, limit }: { cursor: string; limit: number }, signal?: AbortSignal) {
  const query = { ...queryOf(filter), limit, ...(cursor && { cursor }) };
  return bodyOf(api.timeline.$get({ query }, signal && endedBy(signal)));
}

/** Reads the timeline page by page, newest first. It polls for new entries while only the first page is shown. */
export function useDeploymentTimeline(filter: TimelineFilter) {
  return useInfiniteQuery({
    queryKey: queryKeys.everything(filter),
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => readPage(filter, { cursor: pageParam, limit: 100 }, signal),
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : POLL_DETAILS_MS),
  });
}

/** Returns the URL of the CSV file with all matching entries. */
export function csvAddress(filter: TimelineFilter): string {
  return api.timeline.$path({ query: { ...queryOf(filter), format: 'csv' } });
}

/** Reads all matching entries for a file. */
export async function readAllEntries(filter: TimelineFilter): Promise<DeploymentEntry[]> {
  const all: DeploymentEntry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const read: DeploymentTimeline = await readPage(filter, { cursor, limit: 200 });
    all.push(...read.data);
    cursor = read.nextCursor;
  }
  return all;
}
