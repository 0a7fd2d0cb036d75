import { useMutation, useQuery } from '@tanstack/react-query';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const destination = api.destinations[':destinationId'];
/** The API's limit per request. */
const LINES_MAX = 500;

/** Polls the newest lines of a channel's log, oldest first, while the log is visible. */
export function useChannelLog(destinationId: string) {
  return useQuery({
    queryKey: queryKeys.log(destinationId),
    refetchInterval: POLL_DETAILS_MS,
    queryFn: async ({ signal }) => {
      const query = { limit: LINES_MAX };
      return (await bodyOf(destination.log.$get({ param: { destinationId }, query }, endedBy(signal)))).data;
    },
  });
}

/** Turns a channel's detailed log on for a day from its next start, or off. */
export function useLogDetail(destinationId: string) {
  const param = { destinationId };
  return useMutation({
    mutationFn: (isDetailed: boolean) =>
      bodyOf(
        isDetailed
          ? destination['detailed-log'].$put({ param, json: { hours: 24 } })
          : destination['detailed-log'].$delete({ param }),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}
