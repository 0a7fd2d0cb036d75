import { useMutation, useQuery } from '@tanstack/react-query';
import type { OrphanList, OrphanResource } from '../../../functions/api/schemas/answers.ts';
import { POLL_LEFTOVERS_MS, POLL_QUIET_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const PATH = '/api/orphans';

/** How often to ask: sooner while one is being released, because somebody watches it go. */
function leftoversPollIntervalMs(leftovers: readonly OrphanResource[] | undefined): number {
  return leftovers?.some((leftover) => leftover.releaseRequestedBy !== null) ? POLL_QUIET_MS : POLL_LEFTOVERS_MS;
}

/** What exists at AWS and belongs to no destination. */
export function useLeftovers() {
  return useQuery({
    queryKey: queryKeys.leftovers,
    queryFn: async ({ signal }) => (await request<OrphanList>(PATH, { signal })).body.data,
    refetchInterval: (query) => leftoversPollIntervalMs(query.state.data),
  });
}

/** Asks for the release of one; it is gone when it is no longer listed. */
export function useReleaseLeftover() {
  return useMutation({
    onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.leftovers }),
    mutationFn: async (orphanId: string) =>
      (await request<OrphanResource>(`${PATH}/${encodeURIComponent(orphanId)}/release`, { method: 'POST' })).body,
    onSuccess: (released) =>
      queryClient.setQueryData<OrphanResource[]>(queryKeys.leftovers, (list) =>
        list?.map((other) => (other.orphanId === released.orphanId ? released : other)),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.leftovers }),
  });
}
