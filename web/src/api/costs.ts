import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { CreateEstimate, Estimate, ReportList } from '../../../functions/api/schemas/costs.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';
import { snapshotQuery } from './snapshot.ts';

/** Polls the present costs while the page is visible. */
export function useCostNow() {
  return useQuery(snapshotQuery('costs'));
}

/** Estimates the cost of a start, for existing destinations or a planned one; null sends no request. */
export function useEstimate(wanted: CreateEstimate | null) {
  return useQuery({
    queryKey: queryKeys.estimate(wanted),
    enabled: wanted !== null,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (await request<Estimate, CreateEstimate | null>('/api/estimates', { method: 'POST', body: wanted, signal })).body,
  });
}

/** Reads the list of cost reports, newest first. */
export function useReports() {
  return useQuery({
    queryKey: queryKeys.reports,
    queryFn: async ({ signal }) => (await request<ReportList>('/api/reports', { signal })).body.data,
  });
}
