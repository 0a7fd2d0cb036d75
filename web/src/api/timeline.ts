import { useInfiniteQuery } from '@tanstack/react-query';
import type { DeploymentTimeline } from '../../../functions/api/schemas/answers.ts';
import type { TimelineQuery } from '../../../functions/api/schemas/requests.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** One entry of everything that happened. */
export type DeploymentEntry = DeploymentTimeline['data'][number];

/** What is asked for; empty fields ask for everything. */
export type TimelineFilter = Record<keyof Pick<TimelineQuery, 'kind' | 'destinationId' | 'from'>, string>;

const PATH = '/api/timeline';

function queryOf(filter: TimelineFilter, more: Partial<Record<keyof TimelineQuery, string>>): string {
  const set = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== '');
  return `${PATH}?${new URLSearchParams(set).toString()}`;
}

/** Everything that happened, newest first, a page at a time. New entries come in while only the first page is shown. */
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

/** The address of the CSV file with everything that matches. */
export function csvAddress(filter: TimelineFilter): string {
  return queryOf(filter, { format: 'csv' });
}

/** Everything that matches, page by page, for a file. */
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
