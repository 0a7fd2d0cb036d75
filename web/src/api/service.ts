import { useQuery } from '@tanstack/react-query';
import type { HealthResource } from '../../../functions/api/schemas.ts';
import { queryKeys } from './query-client.ts';
import { request } from './request.ts';

/** Whether the control plane can work. */
export function useServiceHealth() {
  return useQuery({
    queryKey: queryKeys.service,
    queryFn: async ({ signal }) => (await request<HealthResource>('/api/health', { signal })).body,
  });
}
