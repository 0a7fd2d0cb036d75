import { openMediaFile } from '../../aws/recording-store.ts';
import { getRecording } from '../../aws/recording-table.ts';
import { AppError } from '../../domain/errors.ts';
import { RECORDING_ID, type Recording } from '../../domain/recording.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { missingRecording } from './recordings.ts';

/** Names as harvest jobs write them, in folders at most. */
const MEDIA_PATH = /^([A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*[A-Za-z0-9_~-][A-Za-z0-9._~-]*\.(m3u8|ts)$/;
/** The files of a finished recording never change. */
const CACHE = 'private, max-age=86400';

/**
 * The media of recordings. `GET …/media/*` is what players read; `GET …/download` is one MP4 file, where ffmpeg is at
 * hand.
 */
export function registerRecordingMedia(api: Api, deps: ApiDeps): void {
  api.get('/api/recordings/:recordingId/media/*', async (context) => {
    const recording = await findReady(deps, context.req.param('recordingId'));
    const { pathname } = new URL(context.req.url);
    const path = pathname.slice(pathname.indexOf('/media/') + '/media/'.length);
    const file = MEDIA_PATH.test(path) ? await openMediaFile(deps, recording.recordingId, path) : null;
    if (!file) throw missingFile();
    const headers = {
      'content-type': file.contentType,
      'content-length': String(file.sizeBytes),
      'cache-control': CACHE,
    };
    if (context.req.method === 'HEAD') await file.body.cancel();
    return new Response(context.req.method === 'HEAD' ? null : file.body, { status: 200, headers });
  });

  api.get('/api/recordings/:recordingId/download', async (context) => {
    const recording = await findReady(deps, context.req.param('recordingId'));
    if (!deps.remuxRecording) throw noDownload();
    const headers = {
      'content-type': 'video/mp4',
      'content-disposition': dispositionOf(recording),
      'cache-control': 'no-store',
    };
    if (context.req.method === 'HEAD') return new Response(null, { status: 200, headers });
    return new Response(deps.remuxRecording(recording.recordingId), { status: 200, headers });
  });
}

async function findReady(deps: ApiDeps, recordingId: string): Promise<Recording> {
  const recording = RECORDING_ID.test(recordingId) ? await getRecording(deps, recordingId) : null;
  // Does not repeat what was not recognised: the caller may have pasted a secret.
  if (!recording) throw missingRecording(RECORDING_ID.test(recordingId) ? recordingId : 'with this id');
  if (recording.state === 'ready') return recording;
  throw new AppError('illegal_transition', {
    detail: `recording ${recordingId} is ${recording.state}, so it cannot be played`,
    remedy: 'wait until GET /api/recordings shows it as ready',
  });
}

/**
 * Names the file after the recording. Other characters than plain ones are encoded (RFC 6266), and a system that does
 * not decode them gets the plain ones.
 */
function dispositionOf({ name, recordingId }: Recording): string {
  const safe = name
    .replaceAll(/[^\p{L}\p{N} ._()-]/gu, '_')
    .replace(/^[. ]+/, '')
    .trim();
  const full = `${safe === '' ? recordingId : safe}.mp4`;
  const plain = full.replaceAll(/[^A-Za-z0-9 ._()-]/g, '_');
  const encoded = encodeURIComponent(full).replaceAll(/['()*]/g, (each) => `%${each.codePointAt(0)!.toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function missingFile(): AppError {
  return new AppError('not_found', {
    detail: 'the recording has no such file',
    remedy: 'use playUrl of the recording',
  });
}

function noDownload(): AppError {
  return new AppError('illegal_transition', {
    detail: 'on AWS a recording is not turned into one file',
    remedy: 'play it here, or copy the folder that location names with aws s3 cp --recursive',
  });
}
