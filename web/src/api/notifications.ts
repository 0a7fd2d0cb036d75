import { useMutation, useQuery } from '@tanstack/react-query';
import type { z } from '@hono/zod-openapi';
import type { CreateTarget, PatchTarget, TargetList } from '../../../functions/api/schemas/notifications.ts';
import { api, bodyOf, endedBy, within } from './client.ts';
import { POLL_BUSY_MS, POLL_DETAILS_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

const targets = api['notification-targets'];
const target = targets[':targetId'];

/** A test waits up to 10 seconds for the receiver, and for the resolution of its name before that. */
const TEST_ANSWERS_WITHIN_MS = 30_000;

export type Targets = z.infer<typeof TargetList>;
export type NewTarget = z.infer<typeof CreateTarget>;
export type TargetChange = z.infer<typeof PatchTarget>;

/** Polls the notification targets. */
export function useTargets() {
  return useQuery({
    queryKey: queryKeys.targets,
    queryFn: ({ signal }) => bodyOf(targets.$get({}, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Polls the newest deliveries of a target, quickly while a first attempt is under way. */
export function useDeliveries(targetId: string, limit: number) {
  return useQuery({
    queryKey: queryKeys.deliveries(targetId, limit),
    queryFn: async ({ signal }) =>
      (await bodyOf(target.deliveries.$get({ param: { targetId }, query: { limit } }, endedBy(signal)))).data,
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
    queryFn: async ({ signal }) => (await bodyOf(api.outbox.$get({}, endedBy(signal)))).data,
    refetchInterval: POLL_DETAILS_MS,
  });
}

/** Reads the ids and titles of the incident rules. */
export function useRuleTitles() {
  return useQuery({
    queryKey: queryKeys.ruleTitles,
    queryFn: async ({ signal }) => {
      const { data } = await bodyOf(api['incident-rules'].$get({}, endedBy(signal)));
      return data.map(({ rule, title }): { value: string; label: string } => ({ value: rule, label: title }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Reads the types of events with their meaning. */
export function useEventTypes() {
  return useQuery({
    queryKey: queryKeys.eventTypes,
    queryFn: async ({ signal }) => (await bodyOf(api['event-types'].$get({}, endedBy(signal)))).data,
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
    mutationFn: (json: NewTarget) => bodyOf(targets.$post({ json })),
    onSettled: refresh,
  });
}

/** Changes a target. */
export function useChangeTarget(targetId: string) {
  return useMutation({
    mutationFn: (json: TargetChange) => bodyOf(target.$patch({ param: { targetId }, json })),
    onSettled: refresh,
  });
}

/** Deletes a target. */
export function useDeleteTarget(targetId: string) {
  return useMutation({
    mutationFn: () => target.$delete({ param: { targetId } }),
    onSettled: refresh,
  });
}

/** Sends a test message and returns the delivery with the receiver's answer. */
export function useTestTarget(targetId: string) {
  return useMutation({
    mutationFn: () => bodyOf(target.test.$post({ param: { targetId } }, within(TEST_ANSWERS_WITHIN_MS))),
    onSettled: refresh,
  });
}

/** Replaces the signing secret of a webhook and returns the new one. */
export function useRotateSecret(targetId: string) {
  return useMutation({
    mutationFn: () => bodyOf(target['rotate-secret'].$post({ param: { targetId } })),
    onSettled: refresh,
  });
}

/** Delivers an event again. */
export function useReplay(deliveryId: string) {
  return useMutation({
    mutationFn: () => bodyOf(api.deliveries[':deliveryId'].replay.$post({ param: { deliveryId } })),
    onSettled: refresh,
  });
}
