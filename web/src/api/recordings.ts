import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  PutRecordingSettings,
  RecordingList,
  RecordingResource,
} from '../../../functions/api/schemas/recordings.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { besidePollMs, busyPollMs } from './pace.ts';
import { queryClient, queryKeys } from './query-client.ts';

const { recordings } = api;
const recording = recordings[':recordingId'];
const settings = api['recording-settings'];
/** How many the page shows. */
export const RECORDINGS_SHOWN = 100;

/** States that last: the length of a recording in progress is counted by the page. */
const SETTLED: ReadonlySet<RecordingResource['state']> = new Set(['recording', 'ready', 'failed']);

/** Polls the newest recordings, quickly while one is changing. */
export function useRecordings() {
  return useQuery({
    queryKey: queryKeys.recordings,
    queryFn: ({ signal }) => bodyOf(recordings.$get({ query: { limit: RECORDINGS_SHOWN } }, endedBy(signal))),
    refetchInterval: ({ state }) =>
      state.data?.data.some((each) => !SETTLED.has(each.state)) ? busyPollMs() : besidePollMs(),
  });
}

/** Polls the settings and the space. */
export function useRecordingSettings() {
  return useQuery({
    queryKey: queryKeys.recordingSettings,
    queryFn: ({ signal }) => bodyOf(settings.$get({}, endedBy(signal))),
    refetchInterval: POLL_DETAILS_MS,
  });
}

const refresh = (): Promise<unknown> =>
  Promise.all(
    [queryKeys.recordings, queryKeys.recordingSettings].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  );

/** Starts a recording with the name and the days that the API chooses. */
export function useStartRecording() {
  return useMutation({
    mutationFn: () => bodyOf(recordings.$post({ json: {} })),
    onSettled: refresh,
  });
}

/** Stops a recording. */
export function useStopRecording() {
  return useMutation({
    mutationFn: (recordingId: string) => bodyOf(recording.stop.$post({ param: { recordingId } })),
    onSettled: refresh,
  });
}

/** Renames a recording, and shows the new name at once. */
export function useRenameRecording() {
  return useMutation({
    mutationFn: ({ recordingId, name }: Pick<RecordingResource, 'name' | 'recordingId'>) =>
      bodyOf(recording.$patch({ param: { recordingId }, json: { name } })),
    onSuccess: (renamed) =>
      queryClient.setQueryData<RecordingList>(
        queryKeys.recordings,
        (list) =>
          list && {
            ...list,
            data: list.data.map((each) => (each.recordingId === renamed.recordingId ? renamed : each)),
          },
      ),
    onSettled: refresh,
  });
}

/** Deletes a recording and its files. */
export function useDeleteRecording() {
  return useMutation({
    mutationFn: (recordingId: string) => bodyOf(recording.$delete({ param: { recordingId } })),
    onSettled: refresh,
  });
}

/** Replaces the settings. */
export function useSetRecordingSettings() {
  return useMutation({
    mutationFn: (json: PutRecordingSettings) => bodyOf(settings.$put({ json })),
    onSuccess: (changed) => queryClient.setQueryData(queryKeys.recordingSettings, changed),
    onSettled: refresh,
  });
}
