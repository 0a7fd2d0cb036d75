import { useMutation, useQuery } from '@tanstack/react-query';
import type { z } from '@hono/zod-openapi';
import type { IncidentRuleList } from '../../../functions/api/schemas/incidents.ts';
import type {
  CreatedTarget,
  CreateTarget,
  DeliveryList,
  DeliveryResource,
  EventTypeList,
  Outbox,
  PatchTarget,
  TargetList,
  TargetResource,
} from '../../../functions/api/schemas/notifications.ts';
import { POLL_BUSY_MS, POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const PATH = '/api/notification-targets';

/** A test waits up to 10 seconds for the receiver, and for the resolution of its name before that. */
const TEST_ANSWERS_WITHIN_MS = 30_000;

export type Targets = z.infer<typeof TargetList>;
export type NewTarget = z.infer<typeof CreateTarget>;
export type TargetChange = z.infer<typeof PatchTarget>;
type TargetWithSecret = z.infer<typeof CreatedTarget>;

/** Polls the notification targets. */
export function useTargets() {
  return useQuery({
    queryKey: queryKeys.targets,
    queryFn: async ({ signal }) => (await request<Targets>(PATH, { signal })).body,
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Polls the newest deliveries of a target, quickly while a first attempt is under way. */
export function useDeliveries(targetId: string, limit: number) {
  return useQuery({
    queryKey: queryKeys.deliveries(targetId, limit),
    queryFn: async ({ signal }) =>
      (await request<z.infer<typeof DeliveryList>>(`${PATH}/${targetId}/deliveries?limit=${limit}`, { signal })).body
        .data,
    refetchInterval: ({ state }) => {
      if (state.data?.some((delivery) => delivery.state === 'pending' && delivery.attempts.length === 0)) {
        return POLL_BUSY_MS;
      }
      return POLL_DETAILS_MS;
    },
  });
}

/** Polls the e-mails that were not sent, because no mail server is set. */
export function useOutbox() {
  return useQuery({
    queryKey: queryKeys.outbox,
    queryFn: async ({ signal }) => (await request<z.infer<typeof Outbox>>('/api/outbox', { signal })).body.data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Reads the ids and titles of the incident rules. */
export function useRuleTitles() {
  return useQuery({
    queryKey: queryKeys.ruleTitles,
    queryFn: async ({ signal }) => {
      const { body } = await request<z.infer<typeof IncidentRuleList>>('/api/incident-rules', { signal });
      return body.data.map(({ rule, title }) => ({ value: rule as string, label: title }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Reads the types of events with their meaning. */
export function useEventTypes() {
  return useQuery({
    queryKey: queryKeys.eventTypes,
    queryFn: async ({ signal }) => (await request<EventTypeList>('/api/event-types', { signal })).body.data,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function refresh(): Promise<unknown> {
  return Promise.all(
    [queryKeys.targets, queryKeys.allDeliveries, queryKeys.outbox].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}

/** Adds a target. The answer holds its signing secret, which is not shown again. */
export function useCreateTarget() {
  return useMutation({
    mutationFn: async (body: NewTarget) =>
      (await request<TargetWithSecret, NewTarget>(PATH, { method: 'POST', body })).body,
    onSettled: refresh,
  });
}

/** Changes a target. */
export function useChangeTarget(targetId: string) {
  return useMutation({
    mutationFn: async (body: TargetChange) =>
      (await request<TargetResource, TargetChange>(`${PATH}/${targetId}`, { method: 'PATCH', body })).body,
    onSettled: refresh,
  });
}

/** Deletes a target. */
export function useDeleteTarget(targetId: string) {
  return useMutation({
    mutationFn: () => request<null>(`${PATH}/${targetId}`, { method: 'DELETE' }),
    onSettled: refresh,
  });
}

/** Sends a test message and returns the delivery with the receiver's answer. */
export function useTestTarget(targetId: string) {
  return useMutation({
    mutationFn: async () =>
      (
        await request<DeliveryResource>(`${PATH}/${targetId}/test`, {
          method: 'POST',
          answerWithinMs: TEST_ANSWERS_WITHIN_MS,
        })
      ).body,
    onSettled: refresh,
  });
}

/** Replaces the signing secret of a webhook and returns the new one. */
export function useRotateSecret(targetId: string) {
  return useMutation({
    mutationFn: async () =>
      (await request<TargetWithSecret>(`${PATH}/${targetId}/rotate-secret`, { method: 'POST' })).body,
    onSettled: refresh,
  });
}

/** Delivers an event again. */
export function useReplay(deliveryId: string) {
  return useMutation({
    mutationFn: () => request<DeliveryResource>(`/api/deliveries/${deliveryId}/replay`, { method: 'POST' }),
    onSettled: refresh,
  });
}
