import { useQuery } from '@tanstack/react-query';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { queryKeys } from './query-client.ts';

const report = api.shows[':showId'].report;

/** Reads the report of a show, and polls it until the show has ended. */
export function useShowReport(showId: string) {
  return useQuery({
    queryKey: queryKeys.showReport(showId),
    queryFn: ({ signal }) => bodyOf(report.$get({ param: { showId } }, endedBy(signal))),
    refetchInterval: ({ state }) => (state.data?.isFinal ? false : POLL_DETAILS_MS),
  });
}

/** Returns the address of the same as a CSV file. */
export function showReportCsvAddress(showId: string): string {
  return report.$path({ param: { showId }, query: { format: 'csv' } });
}
