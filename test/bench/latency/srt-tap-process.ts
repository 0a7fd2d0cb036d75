/**
 * A process with only the engine's SRT listener: records when each picture leaves it and discards the bytes. It
 * measures SRT's own latency, including ffmpeg.
 */
import { spawn } from 'node:child_process';
import { buildSrtAddress, SRT_LISTENER_ARGUMENTS } from '../../../infra/local/engine/srt-listener.ts';
import { createPictureSpotter } from './picture-key.ts';
import type { ChildProcess } from 'node:child_process';
import type { Passage } from './passages.ts';

export interface TapSetup {
  ffmpegPath: string;
  port: number;
  latencyMs: number;
}

const setup = JSON.parse(process.argv[2]!) as TapSetup;
const passages: Passage[] = [];
let listener: ChildProcess;

function listen(): void {
  const spot = createPictureSpotter((key, atMs) => passages.push({ key, atMs }));
  const child = spawn(setup.ffmpegPath, SRT_LISTENER_ARGUMENTS, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  const address = buildSrtAddress({ latencyMs: setup.latencyMs }, setup.port);
  // The engine passes its address in the same way: a playlist with one segment.
  child.stdin.end(`#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${address}\n#EXT-X-ENDLIST\n`);
  child.stdout.on('data', (bytes: Buffer) => spot(bytes, Number(process.hrtime.bigint()) / 1e6));
  child.once('exit', listen);
  listener = child;
}

listen();
process.on('message', () => process.send!({ passages }));
process.on('disconnect', () => {
  listener.removeAllListeners('exit');
  listener.kill('SIGKILL');
  process.exit();
});
