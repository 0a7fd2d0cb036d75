import { useMutation, useQuery } from '@tanstack/react-query';
import type { FlowStatusResource, PreferSource, SwitchSource } from '../../../functions/api/schemas/flow.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import type { SourceRole } from '../../../functions/domain/source-name.ts';
import { api, bodyOf, endedBy, pictureIfAny, within } from './client.ts';
import { POLL_QUIET_MS } from './freshness.ts';
import { besidePollMs } from './pace.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { snapshotQuery } from './snapshot.ts';

const { flow } = api.mediaconnect;

/** Polls the source while the page is visible. */
export function useFlow() {
  return useQuery(snapshotQuery('source'));
}

/**
 * Reads the encoder address with the passphrase, for operators; the flow's own address has a placeholder.
 * @param ingest a change of it reads the address again
 */
export function useEncoderAddress(ingest: FlowStatusResource['ingest'], { enabled }: { enabled: boolean }) {
  return useQuery({
    queryKey: queryKeys.encoderAddress(ingest),
    enabled,
    // A restart may change the passphrase without a change of the flow.
    staleTime: 30_000,
    gcTime: 0,
    queryFn: ({ signal }) => bodyOf(flow['encoder-address'].$get({}, endedBy(signal))),
  });
}

/** Returns the source of the newest poll, for a decision at the moment of a click. */
export function knownFlow(): FlowStatusResource | undefined {
  return queryClient.getQueryData<FlowStatusResource>(queryKeys.flow);
}

/**
 * Polls a picture of a source while it is visible; null without a picture. Pictures are not cached.
 * @param source absent: the source in use. AWS has no picture of a named one
 */
export function useSourcePicture(source?: SourceRole) {
  return useQuery({
    queryKey: queryKeys.sourcePicture(source),
    refetchInterval: () => besidePollMs(),
    gcTime: 0,
    queryFn: ({ signal }) => pictureIfAny(flow.thumbnail.$get({ query: { source } }, endedBy(signal))),
  });
}

/** Starts or stops the flow. */
export function useFlowControl(action: 'start' | 'stop') {
  return useMutation({
    onMutate: () => queryClient.cancelQueries({ queryKey: queryKeys.flow }),
    mutationFn: () => bodyOf(flow[action].$post({})),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.flow }),
  });
}

/** Time for MediaConnect to take the change, and for the metrics of one machine to show it. */
const SWITCHED_WITHIN_MS = 20_000;

/** Changes to the other source now. @returns whether the metrics already show it in use */
export function useSwitchSource() {
  return useMutation({
    mutationFn: async (to: SwitchSource['to']) => {
      const { status } = await flow.switch.$post({ json: { to } }, within(SWITCHED_WITHIN_MS));
      return status === 200;
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.flow }),
  });
}

/** Sets the source that is used whenever it delivers, or none. */
export function usePreferSource() {
  return useMutation({
    mutationFn: (source: PreferSource['source']) =>
      bodyOf(flow['preferred-source'].$put({ json: { source } }, within(SWITCHED_WITHIN_MS))),
    onSuccess: (changed) => queryClient.setQueryData(queryKeys.flow, changed),
    onSettled: () => queryClient.invalidateQueries({ queryKey: queryKeys.flow }),
  });
}

/** Reads platforms and encodings, which change only with a release. */
export function usePresets() {
  return useQuery<PresetsResource>({
    queryKey: queryKeys.presets,
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: (query) => (query.state.status === 'error' ? POLL_QUIET_MS : false),
    queryFn: ({ signal }) => bodyOf(api.presets.$get({}, endedBy(signal))),
  });
}
