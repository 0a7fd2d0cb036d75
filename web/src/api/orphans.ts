import { useMutation, useQuery } from '@tanstack/react-query';
import type { OrphanList, OrphanResource } from '../../../functions/api/schemas/answers.ts';
import { POLL_ORPHANS_MS, POLL_QUIET_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const PATH = '/api/orphans';

/** Returns the poll interval, shorter during a release because the operator waits for it. */
function orphansPollIntervalMs(orphans: readonly OrphanResource[] | undefined): number {
  return orphans?.some((orphan) => orphan.releaseRequestedBy !== null) ? POLL_QUIET_MS : POLL_ORPHANS_MS;
}

/** Polls the orphans: AWS resources no destination uses. */
export function useOrphans() {
  return useQuery({
    queryKey: queryKeys.orphans,
    queryFn: async ({ signal }) => (await request<OrphanList>(PATH, { signal })).body.data,
    refetchInterval: (query) => orphansPollIntervalMs(query.state.data),
  });
}

/** Requests the release of an orphan; it is released when the list no longer contains it. */
export function useReleaseOrphan() {
  return useMutation({
    onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.orphans }),
    mutationFn: async (orphanId: string) =>
      (await request<OrphanResource>(`${PATH}/${encodeURIComponent(orphanId)}/release`, { method: 'POST' })).body,
    onSuccess: (released) =>
      queryClient.setQueryData<OrphanResource[]>(queryKeys.orphans, (list) =>
        list?.map((other) => (other.orphanId === released.orphanId ? released : other)),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.orphans }),
  });
}
