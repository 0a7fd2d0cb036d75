import { useMutation, useQuery } from '@tanstack/react-query';
import type { CreateWatchLink } from '../../../functions/api/schemas/watch-links.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const watchLinks = api.shows[':showId']['watch-links'];

/** Polls the address of a show's watch page and its watch links. */
export function useWatchLinks(showId: string) {
  return useQuery({
    queryKey: queryKeys.watchLinks(showId),
    queryFn: ({ signal }) => bodyOf(watchLinks.$get({ param: { showId } }, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

const refresh = (showId: string) => queryClient.invalidateQueries({ queryKey: queryKeys.watchLinks(showId) });

/** Creates a watch link. The answer is the only one with its secret, and is not cached. */
export function useCreateWatchLink(showId: string) {
  return useMutation({
    gcTime: 0,
    mutationFn: (json: CreateWatchLink) => bodyOf(watchLinks.$post({ param: { showId }, json })),
    onSettled: () => refresh(showId),
  });
}

/** Revokes a watch link. */
export function useRevokeWatchLink(showId: string) {
  return useMutation({
    mutationFn: (linkId: string) => watchLinks[':linkId'].$delete({ param: { showId, linkId } }),
    onSettled: () => refresh(showId),
  });
}
