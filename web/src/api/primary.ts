import { useMutation, useQuery } from '@tanstack/react-query';
import type { SetPrimary } from '../../../functions/api/schemas/primary.ts';
import { api, bodyOf } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

/** Reads the HLS preview: when it runs, and its cost. */
export function usePrimary() {
  return useQuery(snapshotQuery('primary'));
}

/** Sets when the preview runs. */
export function useSetPrimary() {
  return useMutation({
    mutationFn: (mode: SetPrimary['mode']) => bodyOf(api.primary.$put({ json: { mode } })),
    onSuccess: (primary) => queryClient.setQueryData(queryKeys.primary, primary),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}
