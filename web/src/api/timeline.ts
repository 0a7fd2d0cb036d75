import { useInfiniteQuery } from '@tanstack/react-query';
import type { DeploymentTimeline } from '../../../functions/api/schemas/answers.ts';
import type { TimelineQuery } from '../../../functions/api/schemas/requests.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** One entry of the timeline. */
export type DeploymentEntry = DeploymentTimeline['data'][number];

/** Filters; empty fields match everything. */
export type TimelineFilter = Record<keyof Pick<TimelineQuery, 'kind' | 'destinationId' | 'from'>, string>;

const PATH = '/api/timeline';

function queryOf(filter: TimelineFilter, more: Partial<Record<keyof TimelineQuery, string>>): string {
  const set = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== '');
  return `${PATH}?${new URLSearchParams(set).toString()}`;
}

/** Reads the timeline page by page, newest first. It polls for new entries while only the first page is shown. */
export function useDeploymentTimeline(filter: TimelineFilter) {
  return useInfiniteQuery({
    queryKey: queryKeys.everything(filter),
    initialPageParam: '',
    queryFn: async ({ signal, pageParam }) =>
      (await request<DeploymentTimeline>(queryOf(filter, { limit: '100', cursor: pageParam }), { signal })).body,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : POLL_DETAILS_MS),
  });
}

/** Returns the URL of the CSV file with all matching entries. */
export function csvAddress(filter: TimelineFilter): string {
  return queryOf(filter, { format: 'csv' });
}

/** Reads all matching entries for a file. */
export async function readAllEntries(filter: TimelineFilter): Promise<DeploymentEntry[]> {
  const all: DeploymentEntry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: DeploymentTimeline } = await request<DeploymentTimeline>(
      queryOf(filter, { limit: '200', cursor }),
    );
    all.push(...body.data);
    cursor = body.nextCursor;
  }
  return all;
}
