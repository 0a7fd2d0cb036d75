import { useMutation, useQuery } from '@tanstack/react-query';
import type { OrphanResource } from '../../../functions/api/schemas/orphans.ts';
import { api, bodyOf } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

/** Polls the orphans: AWS resources no destination uses. */
export function useOrphans() {
  return useQuery(snapshotQuery('orphans'));
}

/** Requests the release of an orphan; it is released when the list no longer contains it. */
export function useReleaseOrphan() {
  return useMutation({
    onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.orphans }),
    mutationFn: (orphanId: string) =>
      bodyOf(api.orphans[':orphanId'].release.$post({ param: { orphanId: encodeURIComponent(orphanId) } })),
    onSuccess: (released) =>
      queryClient.setQueryData<OrphanResource[]>(queryKeys.orphans, (list) =>
        list?.map((other) => (other.orphanId === released.orphanId ? released : other)),
      ),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.orphans }),
  });
}
