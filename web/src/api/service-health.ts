import { useQuery } from '@tanstack/react-query';
import type { HealthResource } from '../../../functions/api/schemas/answers.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** Short enough to report a full disk before the operator saves the next change. */
const STORE_POLLED_EVERY_MS = 5_000;

/** Reads the health of the control plane, also from a 503. @param polled repeats it every five seconds */
export function useServiceHealth({ polled = false } = {}) {
  return useQuery({
    queryKey: queryKeys.service,
    queryFn: async ({ signal }) => (await request<HealthResource>('/api/health', { signal, alsoAnswers: 503 })).body,
    refetchInterval: polled && STORE_POLLED_EVERY_MS,
  });
}
