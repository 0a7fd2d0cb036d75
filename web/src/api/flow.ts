import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  EncoderAddressResource,
  FlowStatusResource,
  PresetsResource,
} from '../../../functions/api/schemas/answers.ts';
import { POLL_PICTURE_MS, POLL_QUIET_MS } from './freshness.ts';
import { busyPollMs, quietPollMs } from './pace.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { problemOf, request, requestPicture } from './request.ts';

const FLOW = '/api/mediaconnect/flow';

/** True while the flow is changing by itself. */
export function isFlowMoving(flow: FlowStatusResource): boolean {
  // UPDATING is a running flow whose outputs have just changed.
  return ['STARTING', 'STOPPING', 'DELETING'].includes(flow.status);
}

/** How often to ask, judged by what the newest answer says. */
export function flowPollIntervalMs(flow: FlowStatusResource | undefined): number {
  return flow?.status === 'STANDBY' ? quietPollMs() : busyPollMs();
}

/** The source, kept current while the page is visible. */
export function useFlow() {
  return useQuery({
    queryKey: queryKeys.flow,
    queryFn: async ({ signal }) => (await request<FlowStatusResource>(`${FLOW}/status`, { signal })).body,
    refetchInterval: (query) => flowPollIntervalMs(query.state.data),
  });
}

/**
 * The address with the passphrase, for who may have it; the flow's own shows a place for it.
 * @param ingest what it is asked for: a change there changes the address
 */
export function useEncoderAddress(ingest: FlowStatusResource['ingest'], { enabled }: { enabled: boolean }) {
  return useQuery({
    queryKey: queryKeys.encoderAddress(ingest),
    enabled,
    // A restart may have another passphrase; nothing tells the page.
    staleTime: 30_000,
    gcTime: 0,
    queryFn: async ({ signal }) => (await request<EncoderAddressResource>(`${FLOW}/encoder-address`, { signal })).body,
  });
}

/** What the newest poll said of the source, for a decision made at the moment of a click. */
export function knownFlow(): FlowStatusResource | undefined {
  return queryClient.getQueryData<FlowStatusResource>(queryKeys.flow);
}

/** What the source shows, as long as somebody looks; null where there is no picture. None is kept for the next look. */
export function useSourcePicture() {
  return useQuery({
    queryKey: queryKeys.sourcePicture,
    refetchInterval: POLL_PICTURE_MS,
    gcTime: 0,
    queryFn: async ({ signal }) => {
      try {
        return await requestPicture(`${FLOW}/thumbnail`, { signal });
      } catch (error) {
        if (problemOf(error)?.status === 404) return null;
        throw error;
      }
    },
  });
}

/** Starts or stops the flow. */
export function useFlowControl(action: 'start' | 'stop') {
  return useMutation({
    onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.flow }),
    mutationFn: () => request<unknown>(`${FLOW}/${action}`, { method: 'POST' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.flow }),
  });
}

/** Platforms and encodings; they change only with a release. */
export function usePresets() {
  return useQuery<PresetsResource>({
    queryKey: queryKeys.presets,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: (query) => (query.state.status === 'error' ? POLL_QUIET_MS : false),
    queryFn: async ({ signal }) => (await request<PresetsResource>('/api/presets', { signal })).body,
  });
}
