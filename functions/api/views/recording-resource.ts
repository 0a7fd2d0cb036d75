import { folderUriOf } from '../../aws/recording-store.ts';
import { keptUntil, type Recording, type RecordingFailure } from '../../domain/recording.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { RecordingResource } from '../schemas/recordings.ts';

const FAILURES: Record<RecordingFailure, { detail: string; remedy: string }> = {
  no_media: {
    detail: 'nothing was packaged in this time',
    remedy: 'check that the encoder was connected and the preview ran; then delete this recording',
  },
  copy_failed: {
    detail: 'copying failed three times',
    remedy: 'check the bucket and the role that writes to it; the log names the jobs',
  },
  refused: {
    detail: 'MediaPackage refused to copy this time',
    remedy: 'its startover window may have passed; keep recordings shorter than the window',
  },
  too_slow: { detail: 'copying did not end within twelve hours', remedy: 'delete this recording' },
};

/** Shapes a recording for the API. */
export function toRecordingResource(deps: ApiDeps, recording: Recording): RecordingResource {
  const {
    execution: _execution,
    attempt: _attempt,
    writeCount: _count,
    failure,
    awaitsPreview: _waits,
    ...shown
  } = recording;
  const path = `/api/recordings/${recording.recordingId}`;
  const isReady = recording.state === 'ready';
  return {
    ...shown,
    showId: recording.showId ?? null,
    keptUntil: keptUntil(recording)?.toISOString() ?? null,
    failure: failure === null ? null : { code: failure, ...FAILURES[failure] },
    playUrl: isReady ? `${path}/media/index.m3u8` : null,
    downloadUrl: isReady && deps.remuxRecording ? `${path}/download` : null,
    location: folderUriOf(deps.deployment, recording.recordingId),
    allowedActions: actionsOf(recording),
  };
}

function actionsOf({ state }: Recording): RecordingResource['allowedActions'] {
  switch (state) {
    case 'recording':
      return ['stop'];
    case 'ready':
      return ['play', 'delete'];
    case 'deleting':
      return [];
    default:
      return ['delete'];
  }
}
