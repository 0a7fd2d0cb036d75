import { useMutation, useQuery } from '@tanstack/react-query';
import type { PreflightResource } from '../../../functions/api/schemas/preflight.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const ofShow = (showId: string) => `/api/shows/${showId}/preflight`;
const keyOf = (showId: string, checkedAt: string | null) => ['preflight', showId, checkedAt] as const;

/** Reads the newest preflight of a show. @param checkedAt its time, as the show states it; null before the first */
export function usePreflight(showId: string, checkedAt: string | null) {
  return useQuery({
    queryKey: keyOf(showId, checkedAt),
    enabled: checkedAt !== null,
    queryFn: async ({ signal }) => (await request<PreflightResource>(ofShow(showId), { signal })).body,
  });
}

/** Checks a show now. */
export function useCheckShow(showId: string) {
  return useMutation({
    mutationFn: async () => (await request<PreflightResource>(ofShow(showId), { method: 'POST' })).body,
    onSuccess: (preflight) => queryClient.setQueryData(keyOf(showId, preflight.checkedAt), preflight),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.plannedShow(showId) }),
  });
}

/** Checks destinations now. */
export function useCheckDestinations() {
  return useMutation({
    mutationFn: async (destinationIds: readonly string[]) => {
      const body = { destinationIds };
      return (await request<PreflightResource, typeof body>('/api/preflight', { method: 'POST', body })).body;
    },
  });
}
