import { useMutation, useQuery } from '@tanstack/react-query';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

/** Polls whether the public pages are open. */
export function usePublicPages() {
  return useQuery({
    queryKey: queryKeys.publicPages,
    queryFn: ({ signal }) => bodyOf(api['public-pages'].$get({}, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Opens or closes the public pages. */
export function useSetPublicPages() {
  return useMutation({
    mutationFn: (isOpen: boolean) => bodyOf(api['public-pages'].$put({ json: { isOpen } })),
    onSuccess: (pages) => queryClient.setQueryData(queryKeys.publicPages, pages),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.publicPages }),
  });
}
