import { useMutation, useQuery } from '@tanstack/react-query';
import type { RehearsalResource, RehearsalSwitch } from '../../../functions/api/schemas/rehearsal.ts';
import { api, bodyOf } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

/** A drill. */
export type RehearsalFault = RehearsalResource['data'][number];

/** Polls the drills; null on AWS, where there are none. */
export function useRehearsal() {
  return useQuery(snapshotQuery('rehearsal'));
}

/**
 * Stores the answer, and cancels polls sent before the change, which must not overwrite it. It does not wait for the next
 * poll, because a switch ignores a press until its change has ended.
 */
const changesRehearsal = {
  onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.rehearsal }),
  onSuccess: (faults: RehearsalFault[]) => queryClient.setQueryData(queryKeys.rehearsal, faults),
  onSettled: () => void queryClient.invalidateQueries({ queryKey: queryKeys.rehearsal }),
};

/** Starts or stops a drill. */
export function useRehearse() {
  return useMutation({
    ...changesRehearsal,
    mutationFn: async (json: RehearsalSwitch) => (await bodyOf(api.rehearsal.$post({ json }))).data,
  });
}

/** Stops all drills. */
export function useEndRehearsal() {
  return useMutation({
    ...changesRehearsal,
    mutationFn: async () => (await bodyOf(api.rehearsal.$delete())).data,
  });
}
