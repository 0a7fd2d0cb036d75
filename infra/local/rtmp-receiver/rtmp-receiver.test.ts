import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeTestCertificate, until } from '../../../test/support/rtmp.ts';
import { readFlvContent } from '../../../test/support/flv-content.ts';
import { findRehearsalFfmpeg, makeFlvFile } from '../../../test/support/rehearsal-media.ts';
import { startRtmpReceiver } from './rtmp-receiver.ts';
import type { RtmpReceiver, RtmpReceiverOptions } from './rtmp-receiver.ts';

const FRAMES = 90;

let directory: string;
let source: string;
const cleanups: (() => unknown)[] = [];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-receiver-'));
  source = join(directory, 'source.flv');
  const media = { width: 1280, height: 720, framesPerSecond: 30, seconds: 3, videoBitrateBps: 2_000_000 };
  await makeFlvFile(source, { ...media, gopFrames: 30 });
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function receive(options: Partial<RtmpReceiverOptions> = {}): Promise<RtmpReceiver> {
  const receiver = await startRtmpReceiver({ port: 0, ...options });
  cleanups.push(() => receiver.close());
  return receiver;
}

/**
 * Publishes with ffmpeg's RTMP sender at the speed of the clock. `ended` resolves with its exit code. ffmpeg closes its
 * socket without reading our answers, so its kernel drops what is still to be sent: at full speed that is the whole
 * file when the receiver is slow to begin.
 */
function pushWithFfmpeg(url: string, input: string[] = ['-re']) {
  const args = ['-hide_banner', '-nostdin', '-v', 'error', ...input, '-i', source, '-c', 'copy', '-f', 'flv', url];
  const child = spawn(findRehearsalFfmpeg(), args, { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}

describe('the RTMP receiver, with ffmpeg as the publisher,', () => {
  it('reports codecs, size, rates, every frame and the clean end', async () => {
    const receiver = await receive();
    await pushWithFfmpeg(`${receiver.baseUrl}/live/test-key`).ended;
    await until(() => receiver.sessions[0]?.state === 'ended', 'the session has ended');
    const [session] = receiver.sessions;
    expect(session).toMatchObject({
      app: 'live',
      streamName: 'test-key',
      secure: false,
      videoCodec: 'h264',
      width: 1280,
      height: 720,
      audioCodec: 'aac',
      videoFrames: FRAMES,
      keyframes: 3,
      nonMonotonicFrames: 0,
      cleanUnpublish: true,
    });
    expect(session!.framesPerSecond).toBeCloseTo(30, 0);
    expect(session!.largestTimestampGapMs).toBeLessThanOrEqual(34);
    expect(session!.bitrateBps / 2_128_000).toBeGreaterThan(0.8);
    expect(session!.bitrateBps / 2_128_000).toBeLessThan(1.2);
    expect(session!.metadata).toMatchObject({ width: 1280, height: 720 });
  });

  it('records exactly the frames of the source file', async () => {
    const key = randomUUID();
    const receiver = await receive({ recordDirectory: directory });
    expect(await pushWithFfmpeg(`${receiver.baseUrl}/live/${key}`).ended).toBe(0);
    // A publisher of another test may connect to a port that it used before.
    const ours = () => receiver.sessions.findIndex(({ state, streamName }) => state === 'ended' && streamName === key);
    await until(() => ours() >= 0, 'the session has ended');
    await receiver.close();
    const sent = readFlvContent(readFileSync(source));
    const recorded = readFlvContent(readFileSync(join(directory, `session-${ours() + 1}.flv`)));
    expect(recorded.format.video!.avcConfiguration).toEqual(sent.format.video!.avcConfiguration);
    expect(recorded.frames.length).toBe(sent.frames.length);
    expect(recorded.frames.every(({ flvBody }, index) => flvBody.equals(sent.frames[index]!.flvBody))).toBe(true);
  });

  it('accepts RTMPS', async () => {
    const receiver = await receive({ tls: await makeTestCertificate() });
    await pushWithFfmpeg(`${receiver.baseUrl}/live/test-key`).ended;
    await until(() => receiver.sessions[0]?.state === 'ended', 'the session has ended');
    expect(receiver.sessions[0]).toMatchObject({ secure: true, videoFrames: FRAMES, cleanUnpublish: true });
  });

  it.each(['reject_bad_name', 'close_silently'] as const)(
    'makes the push fail when it refuses the key (%s)',
    async (verdict) => {
      const acceptKey = (app: string, key: string) => (app === 'live' && key === 'good' ? 'accept' : verdict);
      const receiver = await receive({ acceptKey });
      expect(await pushWithFfmpeg(`${receiver.baseUrl}/live/bad`).ended).not.toBe(0);
      expect(await pushWithFfmpeg(`${receiver.baseUrl}/live/good`).ended).toBe(0);
      expect(receiver.sessions.map(({ publishedAtMs }) => publishedAtMs !== null)).toEqual([false, true]);
    },
  );

  it('reads nothing while paused and everything after a resume', async () => {
    const receiver = await receive();
    const push = pushWithFfmpeg(`${receiver.baseUrl}/live/test-key`, ['-re', '-stream_loop', '-1']);
    await until(() => (receiver.sessions[0]?.videoFrames ?? 0) > 5, 'video arrives');
    receiver.pause();
    const { videoFrames } = receiver.sessions[0]!;
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setTimeout(resolve, 2));
    // Bytes that were already read may still be processed; no more are read.
    expect(receiver.sessions[0]!.videoFrames - videoFrames).toBeLessThanOrEqual(2);
    receiver.resume();
    await until(() => receiver.sessions[0]!.videoFrames > videoFrames + 30, 'video continues');
    expect(receiver.sessions[0]!.nonMonotonicFrames).toBe(0);
    push.child.kill('SIGKILL');
  });

  it('records that a publisher disconnected without unpublishing', async () => {
    const receiver = await receive();
    const push = pushWithFfmpeg(`${receiver.baseUrl}/live/test-key`, ['-re']);
    await until(() => (receiver.sessions[0]?.videoFrames ?? 0) > 5, 'video arrives');
    push.child.kill('SIGKILL');
    await until(() => receiver.sessions[0]!.state === 'ended', 'the session has ended');
    expect(receiver.sessions[0]!.cleanUnpublish).toBe(false);
  });
});

it('the RTMP receiver disconnects a peer that does not speak RTMP, and continues to serve others', async () => {
  const receiver = await receive();
  const stranger = net.connect(receiver.port, '127.0.0.1', () => stranger.write('GET / HTTP/1.1\r\n\r\n'));
  let cut = false;
  stranger.on('error', () => {});
  stranger.once('close', () => (cut = true));
  await until(() => cut, 'the stranger has been cut');
  expect(await pushWithFfmpeg(`${receiver.baseUrl}/live/test-key`).ended).toBe(0);
});
