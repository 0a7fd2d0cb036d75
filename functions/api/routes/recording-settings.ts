import { createRoute, type z } from '@hono/zod-openapi';
import { getRecordingSettings, putRecordingSettings } from '../../aws/recording-table.ts';
import { spaceWarning, type RecordingSettings } from '../../domain/recording.ts';
import { findRunning, stopRecording, usedBytes } from '../../workflow/recordings.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { PutRecordingSettings, RecordingSettingsResource } from '../schemas/recordings.ts';

const tags = ['Recordings'];
const path = '/api/recording-settings';

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the settings of recordings, and the space they take',
  request: { query: NoQuery },
  responses: { 200: answers(RecordingSettingsResource, 'The settings'), ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set when to record, how long to keep recordings, and how much space they may take',
  description: 'manual ends a recording that always began.',
  request: { query: NoQuery, body: takes(PutRecordingSettings) },
  responses: { 200: answers(RecordingSettingsResource, 'The settings as stored'), ...problems(...WRITE_PROBLEMS, 503) },
});

/** For the typed client. */
export type RecordingSettingsRoutes = typeof get | typeof put;

/** `/api/recording-settings`. */
export function registerRecordingSettings(api: Api, deps: ApiDeps): void {
  const present = async (settings: RecordingSettings): Promise<z.infer<typeof RecordingSettingsResource>> => {
    const used = await usedBytes(deps);
    const disk = deps.recordingDisk?.() ?? null;
    const warning = spaceWarning(used, settings.limitBytes, disk);
    return { ...settings, space: { usedBytes: used, freeBytes: disk?.freeBytes ?? null, warning } };
  };

  api.openapi(get, async (context) => context.json(await present(await getRecordingSettings(deps)), 200));

  api.openapi(put, async (context) => {
    const settings = context.req.valid('json');
    await putRecordingSettings(deps, settings);
    const running = settings.mode === 'always' ? null : await findRunning(deps, 'always');
    if (running) await stopRecording(deps, running.recordingId, { reason: 'operator' });
    return context.json(await present(settings), 200);
  });
}
