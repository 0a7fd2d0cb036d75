import { useMutation, useQuery } from '@tanstack/react-query';
import { api, bodyOf, endedBy } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';

const ofShow = api.shows[':showId'].preflight;
const keyOf = (showId: string, checkedAt: string | null) => ['preflight', showId, checkedAt] as const;

/** Reads the newest preflight of a show. @param checkedAt its time, as the show states it; null before the first */
export function usePreflight(showId: string, checkedAt: string | null) {
  return useQuery({
    queryKey: keyOf(showId, checkedAt),
    enabled: checkedAt !== null,
    queryFn: ({ signal }) => bodyOf(ofShow.$get({ param: { showId } }, endedBy(signal))),
  });
}

/** Checks a show now. */
export function useCheckShow(showId: string) {
  return useMutation({
    mutationFn: () => bodyOf(ofShow.$post({ param: { showId } })),
    onSuccess: (preflight) => queryClient.setQueryData(keyOf(showId, preflight.checkedAt), preflight),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.plannedShow(showId) }),
  });
}

/** Checks destinations now. */
export function useCheckDestinations() {
  return useMutation({
    mutationFn: (destinationIds: readonly string[]) =>
      bodyOf(api.preflight.$post({ json: { destinationIds: [...destinationIds] } })),
  });
}
