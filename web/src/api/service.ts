import { useQuery } from '@tanstack/react-query';
import type { HealthResource } from '../../../functions/api/schemas/answers.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** A disk that fills up has to show while the next change is still being typed. */
const STORE_POLLED_EVERY_MS = 5_000;

/** Whether the control plane can work; 503 says which part of it cannot. @param polled asks again every five seconds */
export function useServiceHealth({ polled = false } = {}) {
  return useQuery({
    queryKey: queryKeys.service,
    queryFn: async ({ signal }) => (await request<HealthResource>('/api/health', { signal, alsoAnswers: 503 })).body,
    refetchInterval: polled && STORE_POLLED_EVERY_MS,
  });
}
