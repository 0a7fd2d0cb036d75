import { useMutation, useQuery } from '@tanstack/react-query';
import type { RehearsalResource, RehearsalSwitch } from '../../../functions/api/schemas/rehearsal.ts';
import { POLL_DETAILS_MS, POLL_QUIET_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { problemOf, request } from './request.ts';
import { useSession } from './session.ts';

/** A drill. */
export type RehearsalFault = RehearsalResource['data'][number];

const PATH = '/api/rehearsal';

/** Returns the poll interval, shorter while a drill runs because another person may stop it. */
function rehearsalPollIntervalMs(faults: readonly RehearsalFault[] | null | undefined): number | false {
  if (faults === null) return false;
  return faults?.some(({ isActive }) => isActive) ? POLL_QUIET_MS : POLL_DETAILS_MS;
}

/** Polls the drills; null where there are none: on AWS, and where the API lacks the path. */
export function useRehearsal() {
  const embedded = useSession().data?.embedded;
  const query = useQuery<RehearsalFault[] | null>({
    queryKey: queryKeys.rehearsal,
    enabled: embedded === true,
    refetchInterval: ({ state }) => rehearsalPollIntervalMs(state.data),
    queryFn: async ({ signal }) => {
      try {
        return (await request<RehearsalResource>(PATH, { signal })).body.data;
      } catch (error) {
        if (problemOf(error)?.status === 404) return null;
        throw error;
      }
    },
  });
  return { ...query, data: embedded === false ? null : query.data };
}

/** Stores the answer, and cancels polls sent before the change, which must not overwrite it. */
const changesRehearsal = {
  onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.rehearsal }),
  onSuccess: (faults: RehearsalFault[]) => queryClient.setQueryData(queryKeys.rehearsal, faults),
  onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.rehearsal }),
};

/** Starts or stops a drill. */
export function useRehearse() {
  return useMutation({
    ...changesRehearsal,
    mutationFn: async (change: RehearsalSwitch) =>
      (await request<RehearsalResource, RehearsalSwitch>(PATH, { method: 'POST', body: change })).body.data,
  });
}

/** Stops all drills. */
export function useEndRehearsal() {
  return useMutation({
    ...changesRehearsal,
    mutationFn: async () => (await request<RehearsalResource>(PATH, { method: 'DELETE' })).body.data,
  });
}
