/** Tests the publisher against third-party receivers, with real H.264 and AAC. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../host/clock.ts';
import { playContent, readFlvContent } from '../../../../test/support/flv-content.ts';
import { findRehearsalFfmpeg, makeFlvFile } from '../../../../test/support/rehearsal-media.ts';
import { createRtmpPublisher } from './publisher.ts';
import { makeTestHub, until } from '../../../../test/support/rtmp.ts';
import type { ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import type { FlvContent } from '../../../../test/support/flv-content.ts';

let directory: string;
let content: FlvContent;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-publisher-'));
  const path = join(directory, 'source.flv');
  const media = { width: 640, height: 360, framesPerSecond: 25, seconds: 4, videoBitrateBps: 1_500_000 };
  await makeFlvFile(path, { ...media, gopFrames: 25, bFrames: 2 });
  content = readFlvContent(readFileSync(path));
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function publishContent(url: string) {
  const hub = makeTestHub();
  hub.setFormat(content.format);
  cleanups.push(playContent(content, (frame) => hub.push(frame), systemClock));
  const dial = { loopbackAllowed: true };
  const options = { url, streamKey: 'stream', dial, verifyCertificate: true, program: hub.program, onChange: () => {} };
  const publisher = createRtmpPublisher(options);
  cleanups.push(() => publisher.close());
  return publisher;
}

async function pickFreePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function run(command: string, args: string[]): { child: ChildProcess; output: () => string; ended: Promise<number> } {
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (bytes) => (output += bytes));
  child.stderr.on('data', (bytes) => (output += bytes));
  const ended = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? -1)));
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, output: () => output, ended };
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Decodes the file and returns ffmpeg's complaints and the decode times of the pictures in milliseconds. */
async function inspect(path: string): Promise<{ complaints: string; decodeTimesMs: number[] }> {
  const decoded = run(findRehearsalFfmpeg(), ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']);
  await decoded.ended;
  const copied = run(findRehearsalFfmpeg(), [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    '0:v',
    '-c',
    'copy',
    '-f',
    'framecrc',
    '-',
  ]);
  await copied.ended;
  const timebase = Number(/#tb 0: 1\/(\d+)/.exec(copied.output())?.[1]);
  const decodeTimesMs = copied
    .output()
    .split('\n')
    .filter((line) => line.startsWith('0,'))
    .map((line) => (Number(line.split(',')[1]) * 1000) / timebase);
  return { complaints: decoded.output(), decodeTimesMs };
}

function expectEvenlySpaced(decodeTimesMs: number[], stepMs: number): void {
  const steps = decodeTimesMs.slice(1).map((time, index) => time - decodeTimesMs[index]!);
  expect(Math.max(...steps)).toBeLessThanOrEqual(stepMs + 2);
  expect(Math.min(...steps)).toBeGreaterThan(0);
}

describe('ffmpeg -listen', () => {
  it('accepts the stream, and its recording decodes without a complaint or a gap', async () => {
    const port = await pickFreePort();
    const path = join(directory, 'ffmpeg.flv');
    const url = `rtmp://127.0.0.1:${port}/live`;
    const listener = run(findRehearsalFfmpeg(), [
      '-v',
      'error',
      '-y',
      '-listen',
      '1',
      '-i',
      `${url}/stream`,
      '-c',
      'copy',
      path,
    ]);
    const publisher = publishContent(url);
    await until(() => publisher.report().framesSent > 150, 'enough frames have been sent');
    expect(publisher.report()).toMatchObject({ state: 'publishing', unsentFrames: 0 });
    await publisher.close();
    expect(await listener.ended).toBe(0);
    const { complaints, decodeTimesMs } = await inspect(path);
    expect(complaints).toBe('');
    expect(decodeTimesMs.length).toBeGreaterThan(150);
    expectEvenlySpaced(decodeTimesMs, 40);
  });
});

describe('node-media-server', () => {
  it('accepts the stream and records all of it', async () => {
    const port = await pickFreePort();
    const packageDirectory = dirname(createRequire(import.meta.url).resolve('node-media-server/package.json'));
    const script = join(directory, 'server.cjs');
    const config = { bind: '127.0.0.1', rtmp: { port }, record: { path: join(directory, 'records'), auto: true } };
    writeFileSync(
      script,
      `const Server = require(${JSON.stringify(packageDirectory)}); new Server(${JSON.stringify(config)}).run();`,
    );
    const server = run(process.execPath, [script]);
    for (let listening = false; !listening; listening = await isListening(port)) {
      if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.output()}`);
    }
    const publisher = publishContent(`rtmp://127.0.0.1:${port}/live`);
    await until(() => publisher.report().framesSent > 100, 'enough frames have been sent');
    await publisher.close();
    const recording = () => /[^\s'"]*\.flv/.exec(server.output())?.[0];
    await until(() => recording() !== undefined, 'the server has created its recording');
    const { complaints, decodeTimesMs } = await inspect(recording()!);
    expect(complaints).toBe('');
    expect(decodeTimesMs.length).toBeGreaterThan(100);
    expectEvenlySpaced(decodeTimesMs, 40);
  });
});
