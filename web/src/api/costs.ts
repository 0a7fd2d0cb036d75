import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import type { CreateEstimate } from '../../../functions/api/schemas/costs.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

/** Polls the present costs while the page is visible. */
export function useCostNow() {
  return useQuery(snapshotQuery('costs'));
}

/** Estimates the cost of a start, for existing destinations or a planned one; null sends no request. */
export function useEstimate(wanted: CreateEstimate | null) {
  return useQuery({
    queryKey: queryKeys.estimate(wanted),
    placeholderData: keepPreviousData,
    queryFn: wanted ? ({ signal }) => bodyOf(api.estimates.$post({ json: wanted }, endedBy(signal))) : skipToken,
  });
}

/** Reads the list of cost reports, newest first. */
export function useReports() {
  return useQuery({
    queryKey: queryKeys.reports,
    queryFn: async ({ signal }) => (await bodyOf(api.reports.$get({}, endedBy(signal)))).data,
  });
}
