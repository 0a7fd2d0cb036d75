import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import type {
  CreateIncidentMute,
  IncidentList,
  IncidentMuteList,
  IncidentMuteResource,
  IncidentRuleList,
  SetDestinationIncidentRules,
  SetIncidentRules,
} from '../../../functions/api/schemas/incidents.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const RULES = '/api/incident-rules';
const MUTES = '/api/incident-mutes';

/** Reads resolved incidents page by page, newest first. It polls while only the first page is shown. */
export function usePastIncidents({ enabled }: { enabled: boolean }) {
  return useInfiniteQuery({
    queryKey: queryKeys.pastIncidents,
    enabled,
    initialPageParam: '',
    queryFn: async ({ signal, pageParam }) => {
      const query = new URLSearchParams({ state: 'resolved', ...(pageParam ? { cursor: pageParam } : {}) });
      return (await request<IncidentList>(`/api/incidents?${query.toString()}`, { signal })).body;
    },
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) > 1 ? false : POLL_DETAILS_MS),
  });
}

/** Reads the rules. @param destinationId the rules as they apply to it; empty: those of the deployment */
export function useIncidentRules(destinationId = '') {
  return useQuery({
    queryKey: queryKeys.incidentRules(destinationId),
    queryFn: async ({ signal }) => {
      const query = destinationId && `?${new URLSearchParams({ destinationId }).toString()}`;
      return (await request<IncidentRuleList>(RULES + query, { signal })).body;
    },
  });
}

/** Replaces the settings of the rules. @param destinationId empty: those of the deployment */
export function useSetIncidentRules(destinationId: string) {
  return useMutation({
    mutationFn: async (body: SetIncidentRules) => {
      if (!destinationId) return request<IncidentRuleList, SetIncidentRules>(RULES, { method: 'PUT', body });
      const path = `/api/destinations/${encodeURIComponent(destinationId)}/incident-rules`;
      const { rules } = body;
      return request<IncidentRuleList, SetDestinationIncidentRules>(path, { method: 'PUT', body: { rules } });
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.incidentRules('').slice(0, 1) }),
  });
}

/** Polls the mutes in force. */
export function useMutes() {
  return useQuery({
    queryKey: queryKeys.mutes,
    queryFn: async ({ signal }) => (await request<IncidentMuteList>(MUTES, { signal })).body.data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

const invalidate = () => queryClient.invalidateQueries({ queryKey: queryKeys.mutes });

/** Mutes incidents until a time. */
export function useMute() {
  return useMutation({
    mutationFn: (body: CreateIncidentMute) =>
      request<IncidentMuteResource, CreateIncidentMute>(MUTES, { method: 'POST', body }),
    onSettled: invalidate,
  });
}

/** Ends a mute. */
export function useEndMute() {
  return useMutation({
    mutationFn: (muteId: string) => request<null>(`${MUTES}/${encodeURIComponent(muteId)}`, { method: 'DELETE' }),
    onSettled: invalidate,
  });
}
