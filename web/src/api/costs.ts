import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CostNow, CreateEstimate, Estimate, ReportList } from '../../../functions/api/schemas/costs.ts';
import { costsPollMs } from './pace.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** What everything costs now, kept current while the page is visible. */
export function useCostNow() {
  return useQuery({
    queryKey: queryKeys.costs,
    refetchInterval: () => costsPollMs(),
    queryFn: async ({ signal }) => (await request<CostNow>('/api/costs/now', { signal })).body,
  });
}

/** What starting costs, for destinations that exist or one that is being thought of; null asks nothing. */
export function useEstimate(wanted: CreateEstimate | null) {
  return useQuery({
    queryKey: queryKeys.estimate(wanted),
    enabled: wanted !== null,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await request<Estimate, CreateEstimate | null>('/api/estimates', { method: 'POST', body: wanted, signal })).body,
  });
}

/** Cost reports that can be downloaded, newest first. */
export function useReports() {
  return useQuery({
    queryKey: queryKeys.reports,
    queryFn: async ({ signal }) => (await request<ReportList>('/api/reports', { signal })).body.data,
  });
}
