import { useMutation, useQuery } from '@tanstack/react-query';
import type { ChannelLog, DestinationResource } from '../../../functions/api/schemas/answers.ts';
import type { LogQuery, SetDetailedLog } from '../../../functions/api/schemas/requests.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** The API's limit per request. */
const LINES_MAX = 500;

/** Polls the newest lines of a channel's log, oldest first, while the log is visible. */
export function useChannelLog(destinationId: string) {
  return useQuery({
    queryKey: queryKeys.log(destinationId),
    refetchInterval: POLL_DETAILS_MS,
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ limit: String(LINES_MAX) } satisfies Record<keyof LogQuery, string>);
      const path = `/api/destinations/${encodeURIComponent(destinationId)}/log?${query.toString()}`;
      return (await request<ChannelLog>(path, { signal })).body.data;
    },
  });
}

/** Turns a channel's detailed log on for a day from its next start, or off. */
export function useLogDetail(destinationId: string) {
  const path = `/api/destinations/${encodeURIComponent(destinationId)}/detailed-log`;
  return useMutation({
    mutationFn: (isDetailed: boolean) =>
      request<DestinationResource, SetDetailedLog>(
        path,
        isDetailed ? { method: 'PUT', body: { hours: 24 } } : { method: 'DELETE' },
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}
