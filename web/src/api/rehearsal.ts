import { useMutation, useQuery } from '@tanstack/react-query';
import type { RehearsalResource, RehearsalSwitch } from '../../../functions/api/schemas/rehearsal.ts';
import { POLL_DETAILS_MS, POLL_QUIET_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { problemOf, request } from './request.ts';
import { useSession } from './session.ts';

/** One failure that can be practised. */
export type RehearsalFault = RehearsalResource['data'][number];

const PATH = '/api/rehearsal';

/** Sooner while something is practised: another person may end it. */
function rehearsalPollIntervalMs(faults: readonly RehearsalFault[] | null | undefined): number | false {
  if (faults === null) return false;
  return faults?.some(({ isActive }) => isActive) ? POLL_QUIET_MS : POLL_DETAILS_MS;
}

/** What can be practised, and what is; null where nothing can: on AWS, and where the API has no such path. */
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

/** The answer says what is practised now; a poll sent before the change must not overwrite it. */
const changesRehearsal = {
  onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.rehearsal }),
  onSuccess: (faults: RehearsalFault[]) => queryClient.setQueryData(queryKeys.rehearsal, faults),
  onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.rehearsal }),
};

/** Begins or ends to practise one failure. */
export function useRehearse() {
  return useMutation({
    ...changesRehearsal,
    mutationFn: async (change: RehearsalSwitch) =>
      (await request<RehearsalResource, RehearsalSwitch>(PATH, { method: 'POST', body: change })).body.data,
  });
}

/** Ends everything that is practised. */
export function useEndRehearsal() {
  return useMutation({
    ...changesRehearsal,
    mutationFn: async () => (await request<RehearsalResource>(PATH, { method: 'DELETE' })).body.data,
  });
}
