import { useMutation, useQuery } from '@tanstack/react-query';
import type {
  PatchRecording,
  PutRecordingSettings,
  RecordingList,
  RecordingResource,
  RecordingSettingsResource,
  StartRecording,
} from '../../../functions/api/schemas/recordings.ts';
import { POLL_DETAILS_MS } from './freshness.ts';
import { besidePollMs, busyPollMs } from './pace.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { request } from './request.ts';

const PATH = '/api/recordings';
const SETTINGS_PATH = '/api/recording-settings';
/** How many the page shows. */
export const RECORDINGS_SHOWN = 100;

/** States that last: the length of a recording in progress is counted by the page. */
const SETTLED: ReadonlySet<RecordingResource['state']> = new Set(['recording', 'ready', 'failed']);

/** Polls the newest recordings, quickly while one is changing. */
export function useRecordings() {
  return useQuery({
    queryKey: queryKeys.recordings,
    queryFn: async ({ signal }) => (await request<RecordingList>(`${PATH}?limit=${RECORDINGS_SHOWN}`, { signal })).body,
    refetchInterval: ({ state }) =>
      state.data?.data.some((recording) => !SETTLED.has(recording.state)) ? busyPollMs() : besidePollMs(),
  });
}

/** Polls the settings and the space. */
export function useRecordingSettings() {
  return useQuery({
    queryKey: queryKeys.recordingSettings,
    queryFn: async ({ signal }) => (await request<RecordingSettingsResource>(SETTINGS_PATH, { signal })).body,
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
    mutationFn: async () => (await request<RecordingResource, StartRecording>(PATH, { method: 'POST', body: {} })).body,
    onSettled: refresh,
  });
}

/** Stops a recording. */
export function useStopRecording() {
  return useMutation({
    mutationFn: async (recordingId: string) =>
      (await request<RecordingResource>(`${PATH}/${recordingId}/stop`, { method: 'POST' })).body,
    onSettled: refresh,
  });
}

/** Renames a recording, and shows the new name at once. */
export function useRenameRecording() {
  return useMutation({
    mutationFn: async ({ recordingId, name }: Pick<RecordingResource, 'name' | 'recordingId'>) =>
      (
        await request<RecordingResource, PatchRecording>(`${PATH}/${recordingId}`, {
          method: 'PATCH',
          body: { name },
        })
      ).body,
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
    mutationFn: async (recordingId: string) =>
      (await request<RecordingResource>(`${PATH}/${recordingId}`, { method: 'DELETE' })).body,
    onSettled: refresh,
  });
}

/** Replaces the settings. */
export function useSetRecordingSettings() {
  return useMutation({
    mutationFn: async (body: PutRecordingSettings) =>
      (await request<RecordingSettingsResource, PutRecordingSettings>(SETTINGS_PATH, { method: 'PUT', body })).body,
    onSuccess: (settings) => queryClient.setQueryData(queryKeys.recordingSettings, settings),
    onSettled: refresh,
  });
}
