import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  GroupStartInput,
  GroupStartPlan,
  GroupStartResource,
  GroupStopInput,
} from '../../../functions/api/schemas/group-starts.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';
import { snapshotQuery } from './snapshot.ts';

const PATH = '/api/group-starts';

/** Polls the newest group starts while the page is visible. */
export function useGroupStarts() {
  return useQuery(snapshotQuery('groupStarts'));
}

/** Plans the start of destinations, in this order. */
export function useGroupPlan(ids: readonly string[]) {
  return useQuery({
    queryKey: [...queryKeys.groupStarts, 'plan', ids],
    enabled: ids.length > 0,
    gcTime: 0,
    queryFn: async () => {
      const body = { ids: [...ids] };
      return (await request<GroupStartPlan, GroupStartInput>(`${PATH}/plan`, { method: 'POST', body })).body;
    },
  });
}

/** Puts the newest state of a group start into the list. */
function keep(groupStart: GroupStartResource): void {
  queryClient.setQueryData<GroupStartResource[]>(queryKeys.groupStarts, (known = []) => [
    groupStart,
    ...known.filter(({ groupStartId }) => groupStartId !== groupStart.groupStartId),
  ]);
}

/** Begins a group start. */
export function useStartGroup() {
  return useMutation({
    mutationFn: async (body: GroupStartInput) =>
      (await request<GroupStartResource, GroupStartInput>(PATH, { method: 'POST', body })).body,
    onSuccess: keep,
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}

/** Ends a group start. */
export function useStopGroup(groupStartId: string) {
  return useMutation({
    mutationFn: async (body: GroupStopInput) => {
      const path = `${PATH}/${groupStartId}/stop`;
      return (await request<GroupStartResource, GroupStopInput>(path, { method: 'POST', body })).body;
    },
    onSuccess: keep,
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}
