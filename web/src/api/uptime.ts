import { useQuery } from '@tanstack/react-query';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_UPTIME_MS } from './freshness.ts';
import { queryKeys } from './query-client.ts';

/** Polls the uptime of every destination since a UTC day. */
export function useUptime(from: string) {
  return useQuery({
    queryKey: queryKeys.uptime(from),
    queryFn: ({ signal }) => bodyOf(api.uptime.$get({ query: { from } }, endedBy(signal))),
    refetchInterval: POLL_UPTIME_MS,
  });
}

/** Returns the address of the same as a CSV file. */
export function uptimeCsvAddress(from: string): string {
  return api.uptime.$path({ query: { from, format: 'csv' } });
}
