import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  GroupStartInput,
  GroupStartResource,
  GroupStopInput,
} from '../../../functions/api/schemas/group-starts.ts';
import { api, bodyOf } from './client.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

const groupStarts = api['group-starts'];

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
    queryFn: () => bodyOf(groupStarts.plan.$post({ json: { ids: [...ids] } })),
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
    mutationFn: (json: GroupStartInput) => bodyOf(groupStarts.$post({ json })),
    onSuccess: keep,
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}

/** Ends a group start. */
export function useStopGroup(groupStartId: string) {
  return useMutation({
    mutationFn: (json: GroupStopInput) =>
      bodyOf(groupStarts[':groupStartId'].stop.$post({ param: { groupStartId }, json })),
    onSuccess: keep,
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.destinations }),
  });
}
