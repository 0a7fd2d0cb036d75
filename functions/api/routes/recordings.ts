import { createRoute, z } from '@hono/zod-openapi';
import { findRecordableEndpoint } from '../../aws/harvest-job.ts';
import { changeRecording, getRecording, getRecordingSettings, listRecordings } from '../../aws/recording-table.ts';
import { AppError } from '../../domain/errors.ts';
import { RECORDING_ID, type Recording, type RecordingSettings } from '../../domain/recording.ts';
import { beginRecording, isAtLimit, removeRecordingLater, stopRecording } from '../../workflow/recordings.ts';
import { readPreview } from '../../workflow/preview-runs.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { idempotent } from '../http/idempotency.ts';
import { fromPlaceCursor, notACursor, toPlaceCursor } from '../http/paging.ts';
import { invalidFields } from '../http/validation.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  PatchRecording,
  RecordingId,
  RecordingList,
  RecordingQuery,
  RecordingResource,
  StartRecording,
} from '../schemas/recordings.ts';
import { toRecordingResource } from '../views/recording-resource.ts';

const tags = ['Recordings'];
const path = '/api/recordings';
const one = `${path}/{recordingId}` as const;
const params = z.object({ recordingId: RecordingId });

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'List recordings',
  description: 'Newest first.',
  request: { query: RecordingQuery },
  responses: { 200: answers(RecordingList, 'One page'), ...problems(503) },
});

const get = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Get a recording',
  request: { params, query: NoQuery },
  responses: { 200: answers(RecordingResource, 'The recording'), ...problems(404, 503) },
});

const stop = createRoute({
  method: 'post',
  path: `${one}/stop`,
  tags,
  summary: 'Stop a recording',
  description: 'It is copied next and can be played once it is ready. Stopping one that has ended changes nothing.',
  request: { params, query: NoQuery },
  responses: { 200: answers(RecordingResource, 'The recording'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

const patch = createRoute({
  method: 'patch',
  path: one,
  tags,
  summary: 'Rename a recording, or change how long it is kept',
  request: { params, query: NoQuery, body: takes(PatchRecording) },
  responses: { 200: answers(RecordingResource, 'The recording as stored'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: one,
  tags,
  summary: 'Delete a recording and its files',
  request: { params, query: NoQuery },
  responses: {
    202: answers(RecordingResource, 'It is being deleted'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

const start = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Start a recording',
  description:
    'Records what the HLS preview packages, which therefore has to be on. While the preview starts, the recording begins with it.',
  request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(StartRecording) },
  responses: {
    201: answers(RecordingResource, 'The recording; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
});

/** For the typed client. */
export type RecordingsRoutes = typeof list | typeof get | typeof stop | typeof patch | typeof remove | typeof start;

/** `/api/recordings`. */
export function registerRecordings(api: Api, deps: ApiDeps): void {
  const present = (recording: Recording | null, recordingId: string) => {
    if (!recording) throw missingRecording(recordingId);
    return toRecordingResource(deps, recording);
  };

  api.openapi(list, async (context) => {
    const { limit, cursor } = context.req.valid('query');
    const after = cursor === undefined ? undefined : fromCursor(cursor);
    const { recordings, last } = await listRecordings(deps, { limit, after });
    const data = recordings.map((recording) => toRecordingResource(deps, recording));
    return context.json({ data, nextCursor: last && toPlaceCursor(last) }, 200);
  });

  api.openapi({ ...start, middleware: idempotent(deps) }, async (context) => {
    const wanted = context.req.valid('json');
    const startedAt = await readStart(deps, wanted.startAt);
    const settings = await getRecordingSettings(deps);
    await requireSpace(deps, settings);
    const recording = await beginRecording(deps, {
      recordingId: deps.newId('rec'),
      name: wanted.name ?? `Recording ${startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      origin: 'operator',
      askedAt: startedAt.toISOString(),
      keepDays: wanted.keepDays === undefined ? settings.keepDays : wanted.keepDays,
      createdBy: context.get('principal').id,
    });
    context.header('Location', `${path}/${recording.recordingId}`);
    return context.json(toRecordingResource(deps, recording), 201);
  });

  api.openapi(get, async (context) => {
    const { recordingId } = context.req.valid('param');
    return context.json(present(await getRecording(deps, recordingId), recordingId), 200);
  });

  api.openapi(stop, async (context) => {
    const { recordingId } = context.req.valid('param');
    return context.json(present(await stopRecording(deps, recordingId, { reason: 'operator' }), recordingId), 200);
  });

  api.openapi(patch, async (context) => {
    const { recordingId } = context.req.valid('param');
    const change = context.req.valid('json');
    const changed = await changeRecording(deps, recordingId, (before) => ({
      ...before,
      name: change.name ?? before.name,
      keepDays: change.keepDays === undefined ? before.keepDays : change.keepDays,
      lastModified: deps.now().toISOString(),
    }));
    return context.json(present(changed, recordingId), 200);
  });

  api.openapi(remove, async (context) => {
    const { recordingId } = context.req.valid('param');
    const found = await getRecording(deps, recordingId);
    if (!found) throw missingRecording(recordingId);
    if (found.state === 'recording') throw stillRecording(recordingId);
    return context.json(present(await removeRecordingLater(deps, recordingId), recordingId), 202);
  });
}

/** Checks a beginning in the past against what can still be copied. */
async function readStart(deps: ApiDeps, startAt: string | undefined): Promise<Date> {
  const now = deps.now();
  const endpoint = await findRecordableEndpoint(deps);
  if (!endpoint) {
    throw new AppError('illegal_transition', {
      detail: 'the preview’s origin keeps no media to record from',
      remedy: 'deploy again: its endpoint needs a startover window',
    });
  }
  if (startAt === undefined) return now;
  const windowSeconds = deps.recordsBackSeconds ?? endpoint.windowSeconds;
  const agoMs = now.getTime() - Date.parse(startAt);
  if (agoMs < 0) throw invalidFields([{ field: 'startAt', message: 'must not be in the future' }]);
  if (agoMs > windowSeconds * 1000) {
    const earliest = new Date(now.getTime() - windowSeconds * 1000).toISOString();
    const message = `must be within the startover window of ${windowSeconds} seconds: at ${earliest} or later`;
    throw invalidFields([{ field: 'startAt', message }]);
  }
  await requireDelivered(deps, new Date(startAt).toISOString());
  return new Date(startAt);
}

/** MediaPackage has no media from before the preview ran for the first time. */
async function requireDelivered(deps: ApiDeps, startAt: string): Promise<void> {
  const [first] = (await readPreview(deps)).runs;
  if (first && first.since <= startAt) return;
  const message = first
    ? `must not be before the preview’s first run: at ${first.since} or later`
    : 'must be left out: the preview has not run yet, so there is nothing to record from the past';
  throw invalidFields([{ field: 'startAt', message }]);
}

/** Refuses a recording that has no space. */
async function requireSpace(deps: ApiDeps, settings: RecordingSettings): Promise<void> {
  if (await isAtLimit(deps, settings)) {
    throw new AppError('illegal_transition', {
      detail: 'the recordings take all the space they may',
      remedy: 'delete recordings, or raise limitBytes with PUT /api/recording-settings',
    });
  }
  if (deps.recordingDisk?.()?.isFull) {
    throw new AppError('illegal_transition', {
      detail: 'the disk has no space left for a recording',
      remedy: 'delete recordings or other files',
    });
  }
}

function fromCursor(cursor: string): string {
  const recordingId = fromPlaceCursor(cursor, z.string().regex(RECORDING_ID));
  if (recordingId === null) throw notACursor();
  return recordingId;
}

/** Returns the 404 for an unknown recording. */
export function missingRecording(recordingId: string): AppError {
  return new AppError('not_found', {
    detail: `no recording ${recordingId}`,
    remedy: 'GET /api/recordings lists all recordings',
  });
}

function stillRecording(recordingId: string): AppError {
  return new AppError('illegal_transition', {
    detail: `recording ${recordingId} is still in progress`,
    remedy: 'stop it first',
    allowedActions: ['stop'],
  });
}
