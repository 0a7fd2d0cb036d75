import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import type { CreateIncidentMute, SetIncidentRules } from '../../../functions/api/schemas/incidents.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const rules = api['incident-rules'];
const mutes = api['incident-mutes'];

/** Reads resolved incidents page by page, newest first. It polls while only the first page is shown. */
export function usePastIncidents({ enabled }: { enabled: boolean }) {
  return useInfiniteQuery({
    queryKey: queryKeys.pastIncidents,
    enabled,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => {
      const query = { state: 'resolved' as const, ...(pageParam ? { cursor: pageParam } : {}) };
      return bodyOf(api.incidents.$get({ query }, endedBy(signal)));
    },
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : POLL_DETAILS_MS),
  });
}

/** Reads the rules. @param destinationId the rules as they apply to it; empty: those of the deployment */
export function useIncidentRules(destinationId = '') {
  return useQuery({
    queryKey: queryKeys.incidentRules(destinationId),
    queryFn: ({ signal }) => bodyOf(rules.$get({ query: destinationId ? { destinationId } : {} }, endedBy(signal))),
  });
}

/** Replaces the settings of the rules. @param destinationId empty: those of the deployment */
export function useSetIncidentRules(destinationId: string) {
  return useMutation({
    mutationFn: (json: SetIncidentRules) => {
      if (!destinationId) return bodyOf(rules.$put({ json }));
      const param = { destinationId: encodeURIComponent(destinationId) };
      const ofDestination = api.destinations[':destinationId']['incident-rules'];
      return bodyOf(ofDestination.$put({ param, json: { rules: json.rules } }));
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.incidentRules('').slice(0, 1) }),
  });
}

/** Polls the mutes in force. */
export function useMutes() {
  return useQuery({
    queryKey: queryKeys.mutes,
    queryFn: async ({ signal }) => (await bodyOf(mutes.$get({}, endedBy(signal)))).data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.mutes });

/** Mutes incidents until a time. */
export function useMute() {
  return useMutation({
    mutationFn: (json: CreateIncidentMute) => bodyOf(mutes.$post({ json })),
    onSettled: invalidate,
  });
}

/** Ends a mute. */
export function useEndMute() {
  return useMutation({
    mutationFn: (muteId: string) => mutes[':muteId'].$delete({ param: { muteId: encodeURIComponent(muteId) } }),
    onSettled: invalidate,
  });
}
