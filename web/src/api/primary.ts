import { useMutation, useQuery } from '@tanstack/react-query';
import type { PrimaryResource } from '../../../functions/api/schemas/answers.ts';
import type { SetPrimary } from '../../../functions/api/schemas/requests.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';
import { snapshotQuery } from './snapshot.ts';

const PATH = '/api/primary';

/** Reads the HLS preview: when it runs, and its cost. */
export function usePrimary() {
  return useQuery(snapshotQuery('primary'));
}

/** Sets when the preview runs. */
export function useSetPrimary() {
  return useMutation({
    mutationFn: async (mode: SetPrimary['mode']) =>
      (await request<PrimaryResource, SetPrimary>(PATH, { method: 'PUT', body: { mode } })).body,
    onSuccess: (primary) => queryClient.setQueryData(queryKeys.primary, primary),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}
