/** An RTMP server that we did not write: ffmpeg, which accepts one publisher and records what it sends. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { FlvTag } from '../../infra/local/engine/flv-reader.ts';
import { findFreeTcpPort } from './product.ts';
import { readTags } from './recorded-tags.ts';

export interface FfmpegReceiver {
  /** Where to publish, without the stream key. It accepts any key. */
  url: string;
  process: ChildProcess;
  /** The FLV file it writes. */
  path: string;
  /** Returns the pictures recorded so far. */
  pictures(): FlvTag[];
}

/** Starts ffmpeg as a server, on a free port unless `at` names its URL. Kill its process after the test. */
export async function receiveWithFfmpeg(ffmpeg: string, path: string, at?: string): Promise<FfmpegReceiver> {
  const url = at ?? `rtmp://127.0.0.1:${await findFreeTcpPort()}/live`;
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
  const record = ['-c', 'copy', '-f', 'flv', '-flush_packets', '1', path];
  const child = spawn(ffmpeg, [...quiet, '-listen', '1', '-i', `${url}/any`, ...record], { stdio: 'ignore' });
  return {
    url,
    process: child,
    path,
    pictures() {
      return readTags(path).filter(({ kind, body }) => kind === 'video' && body[1] === 1);
    },
  };
}
