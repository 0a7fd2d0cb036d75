/**
 * A channel with a backup ingest and real media. ffmpeg sends, is both servers, and judges: the recording of the server
 * that survives must hold every picture of the source.
 */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { receiveWithFfmpeg, type FfmpegReceiver } from '../../../test/support/ffmpeg-receiver.ts';
import { findFreeUdpPort } from '../../../test/support/product.ts';
import {
  descendants,
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  makeTransportStream,
  sendSrt,
  until,
  type Sender,
} from '../../../test/support/test-media.ts';
import type { MediaEngine, PipelineReport } from './contract.ts';
import { silentLogger } from './engine-logger.ts';
import { createMediaEngine } from './media-engine.ts';

const ffmpeg = findTestFfmpeg()!;
const FLOW = 'flow';
const INPUT = { main: '10.0.0.1:5000', backup: '10.0.0.2:5000' };
/** The pictures that must arrive after each change. */
const PICTURES_EACH = 30;
/** The sender repeats the clip. */
const CLIP_SECONDS = 30;
/** The B-frames between two others. At the end of a recording, the last of these others has no pictures before it. */
const B_FRAMES = 2;

const PAIRS = [
  ['main', 'backup'],
  ['backup', 'main'],
] as const;

type Ingest = 'main' | 'backup';

describe.skipIf(!findTestFfmpeg())('the two pipelines of a channel', () => {
  let directory: string;
  /** The checksums of the source's pictures. */
  let sent: string[];
  let engine: MediaEngine;
  let sender: Sender;
  let receivers: Record<Ingest, FfmpegReceiver>;
  const processes: ChildProcess[] = [];

  beforeAll(async () => {
    directory = makeTemporaryDirectory();
    const clip = makeTransportStream(ffmpeg, join(directory, 'clip.ts'), { seconds: CLIP_SECONDS, size: '320x180' });
    sent = picturesOf(clip);
    engine = await createMediaEngine({
      ffmpegPath: ffmpeg,
      dataDirectory: join(directory, 'data'),
      logger: silentLogger,
      loopbackTargetsAllowed: true,
    });
    const port = await findFreeUdpPort();
    await engine.startFlow({ flowArn: FLOW, ingestPort: port, listenHost: '127.0.0.1', latencyMs: 120 });
    sender = sendSrt(ffmpeg, clip, { port });
  });
  afterAll(async () => {
    await engine.close();
    await sender.stop();
    await until('every process to be gone', () => descendants().size === 0);
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await engine.setFlowOutputs(FLOW, [INPUT.main, INPUT.backup]);
    receivers = { main: await receive('main'), backup: await receive('backup') };
    const { backup, main } = receivers;
    const output = {
      kind: 'rtmp' as const,
      ...{ url: main.url, streamKey: 'key', verifyCertificate: true, rendition: makeRendition() },
      backup: { url: backup.url, streamKey: 'key-of-the-backup', inputAddress: INPUT.backup },
    };
    await engine.startChannel({ channelId: 'channel', inputAddress: INPUT.main, output });
    await until('both to be on air', () => isOnAir('main') && isOnAir('backup'));
  });
  afterEach(async () => {
    await engine.stopChannel('channel');
    for (const each of processes.splice(0)) each.kill('SIGKILL');
  });

  let recordings = 0;
  async function receive(name: Ingest, at?: string): Promise<FfmpegReceiver> {
    const receiver = await receiveWithFfmpeg(ffmpeg, join(directory, `${name}-${(recordings += 1)}.flv`), at);
    processes.push(receiver.process);
    return receiver;
  }

  function report(ingest: Ingest): PipelineReport | undefined {
    const channel = engine.report().channels[0];
    return ingest === 'main' ? channel : channel?.backup;
  }

  const isOnAir = (ingest: Ingest): boolean =>
    report(ingest)?.state === 'publishing' && picturesAt(receivers[ingest]) > 0;

  /** Waits until a receiver has recorded more pictures, which proves that it is still served. */
  async function waitForMore(receiver: FfmpegReceiver): Promise<void> {
    const before = picturesAt(receiver);
    await until('more pictures', () => picturesAt(receiver) >= before + PICTURES_EACH);
  }

  it.each(PAIRS)('a lost %s server leaves the other without a gap, and is served again', async (lost, kept) => {
    const survivor = receivers[kept];
    await waitForMore(survivor);
    const { reconnects } = report(kept)!;
    receivers[lost].process.kill('SIGKILL');
    await until('the failure to be reported', () => report(lost)?.problem?.code === 'connection_refused');
    expect(report(lost)!.state).toBe('reconnecting');
    expect(report(kept)).toMatchObject({ state: 'publishing' });
    expect(report(kept)!.problem).toBeUndefined();
    await waitForMore(survivor);

    receivers[lost] = await receive(lost, receivers[lost].url);
    await until('both to be on air again', () => isOnAir(lost) && isOnAir(kept));
    expect(report(lost)!.problem).toBeUndefined();
    expect(report(lost)!.reconnects).toBeGreaterThanOrEqual(1);
    await Promise.all([waitForMore(survivor), waitForMore(receivers[lost])]);
    expect(report(kept)).toMatchObject({ reconnects, unsentFrames: 0 });

    await engine.stopChannel('channel');
    for (const receiver of Object.values(receivers)) expectEveryPicture(receiver, sent);
  });

  it('a main pipeline that no flow output feeds is silent, and the backup has no gap', async () => {
    await engine.setFlowOutputs(FLOW, [INPUT.backup]);
    await until('the end of the main stream', () => report('main')?.state !== 'publishing');
    // Not connecting: it waits for a feed, not for the platform.
    expect(report('main')!.state).toBe('waiting_for_input');
    await waitForMore(receivers.backup);
    expect(report('backup')).toMatchObject({ state: 'publishing', unsentFrames: 0 });
    await engine.setFlowOutputs(FLOW, [INPUT.main, INPUT.backup]);
    await until('both to be on air again', () => report('main')?.state === 'publishing');
    await waitForMore(receivers.backup);
    await engine.stopChannel('channel');
    expectEveryPicture(receivers.backup, sent);
  });
});

function picturesAt(receiver: FfmpegReceiver): number {
  // The file does not exist before the publisher has connected.
  return existsSync(receiver.path) ? receiver.pictures().length : 0;
}

/** Expects a recording to decode without an error to pictures that follow each other in the source, none left out. */
function expectEveryPicture({ path }: FfmpegReceiver, sent: readonly string[]): void {
  const recorded = picturesOf(path).slice(0, -1 - B_FRAMES);
  expect(recorded.length).toBeGreaterThanOrEqual(PICTURES_EACH);
  const first = sent.indexOf(recorded[0]!);
  expect(first).toBeGreaterThanOrEqual(0);
  expect(recorded).toEqual(recorded.map((_picture, index) => sent[(first + index) % sent.length]));
}

/** Returns the checksum of every decoded picture. Each picture of the test source is different. */
function picturesOf(path: string): string[] {
  const options = ['-map', '0:v', '-fps_mode', 'passthrough', '-enc_time_base', '1/1000', '-f', 'framemd5', '-'];
  const judged = spawnSync(ffmpeg, ['-nostdin', '-v', 'error', '-xerror', '-i', path, ...options], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  expect(judged.stderr).toBe('');
  const lines = judged.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.slice(line.lastIndexOf(',') + 1).trim());
}
