/**
 * A process that plays a transport stream at the pace of its clock to several SRT listeners, sending the same bytes to
 * all at the same moment, and records when each picture was sent. One ffmpeg per listener speaks SRT without parsing
 * the bytes.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { bytesDue, findPacePoints } from './pace.ts';
import { createPictureSpotter } from './picture-key.ts';
import type { ChildProcess } from 'node:child_process';
import type { Passage } from './passages.ts';

export interface SenderSetup {
  ffmpegPath: string;
  transportStreamPath: string;
  /** UDP ports of the listeners on this machine. */
  ports: number[];
  latencyMs: number;
}

const DATAGRAM_BYTES = 1316;
const TICK_MS = 1;
const REDIAL_MS = 200;
const BACKLOG_BYTES_MAX = 1_000_000;

const setup = JSON.parse(process.argv[2]!) as SenderSetup;
const stream = readFileSync(setup.transportStreamPath);
const points = findPacePoints(stream);
const passages: Passage[] = [];
const spot = createPictureSpotter((key, atMs) => passages.push({ key, atMs }));
const callers = new Map<number, ChildProcess>();

function call(port: number): void {
  const address = `srt://127.0.0.1:${port}?mode=caller&latency=${setup.latencyMs * 1000}&pkt_size=${DATAGRAM_BYTES}`;
  const args = [
    '-hide_banner',
    '-nostdin',
    '-loglevel',
    'error',
    '-f',
    'data',
    '-raw_packet_size',
    `${DATAGRAM_BYTES}`,
  ];
  const copy = ['-i', 'pipe:0', '-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', address];
  const caller = spawn(setup.ffmpegPath, [...args, ...copy], { stdio: ['pipe', 'ignore', 'ignore'] });
  caller.stdin.on('error', () => {});
  // The listener may not be ready, or may still be closing the previous connection.
  caller.once('exit', () => setTimeout(call, REDIAL_MS, port));
  callers.set(port, caller);
}

let sentBytes = points[0]!.offset;
const startedAtMs = performance.now();
setup.ports.forEach(call);
setInterval(() => {
  const due = bytesDue(points, performance.now() - startedAtMs);
  const whole = sentBytes + Math.floor((due - sentBytes) / DATAGRAM_BYTES) * DATAGRAM_BYTES;
  for (; sentBytes < whole; sentBytes += DATAGRAM_BYTES) {
    const bytes = stream.subarray(sentBytes, sentBytes + DATAGRAM_BYTES);
    for (const { stdin } of callers.values()) if (stdin!.writableLength < BACKLOG_BYTES_MAX) stdin!.write(bytes);
    spot(bytes, Number(process.hrtime.bigint()) / 1e6);
  }
}, TICK_MS);
process.on('message', () => process.send!({ passages }));
process.on('disconnect', () => {
  for (const caller of callers.values()) caller.kill('SIGKILL');
  process.exit();
});
