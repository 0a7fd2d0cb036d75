import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AwsDeps } from '../../../functions/aws/clients.ts';
import { listSegments, openMediaFile } from '../../../functions/aws/recording-store.ts';
import type { Logger } from '../../../functions/workflow/workflow-deps.ts';
import { errorName } from '../../../functions/domain/errors.ts';

type Deps = AwsDeps<'s3', 'recordingBucket'> & { logger: Logger };

/**
 * Reads the segments one after the other into ffmpeg, which writes a fragmented MP4: playable from its first bytes, so
 * nothing waits on the disk. Gaps are closed; nothing is encoded.
 */
const ARGUMENTS = [
  ['-hide_banner', '-loglevel', 'error', '-fflags', '+genpts', '-dts_delta_threshold', '1'],
  ['-f', 'mpegts', '-i', 'pipe:0', '-map', '0:v:0?', '-map', '0:a:0?', '-c', 'copy', '-bsf:a', 'aac_adtstoasc'],
  ['-movflags', '+frag_keyframe+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'],
].flat();

/** Returns a recording as an MP4 file. Cancelling the stream ends ffmpeg. */
export function remuxRecording(deps: Deps, ffmpegPath: string, recordingId: string): ReadableStream<Uint8Array> {
  const child = spawn(ffmpegPath, ARGUMENTS, { stdio: ['pipe', 'pipe', 'ignore'] });
  const failed = (error: unknown) =>
    deps.logger.warn('a download ended early', { recordingId, error: errorName(error) });
  child.on('error', failed);
  child.on('spawn', () => setPriority(child.pid!, constants.priority.PRIORITY_LOW));
  pipeline(Readable.from(readSegments(deps, recordingId)), child.stdin).catch((error: NodeJS.ErrnoException) => {
    // The browser has cancelled the download.
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') failed(error);
    child.kill('SIGKILL');
  });
  child.stdout.on('close', () => child.kill('SIGKILL'));
  return Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
}

async function* readSegments(deps: Deps, recordingId: string): AsyncGenerator<Uint8Array> {
  for (const path of await listSegments(deps, recordingId)) {
    const file = await openMediaFile(deps, recordingId, path);
    if (file) yield* file.body;
  }
}
