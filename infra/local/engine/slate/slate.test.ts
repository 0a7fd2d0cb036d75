/** Slates with real media: ffmpeg sends, another ffmpeg receives each channel, a third judges what was received. */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { receiveWithFfmpeg, type FfmpegReceiver } from '../../../../test/support/ffmpeg-receiver.ts';
import { findFreeUdpPort } from '../../../../test/support/product.ts';
import {
  decodeErrors,
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  makeTransportStream,
  sendSrt,
  until,
  type Sender,
} from '../../../../test/support/test-media.ts';
import type { ChannelReport, InputLoss, MediaEngine, Rendition } from '../contract.ts';
import { silentLogger } from '../engine-logger.ts';
import { createMediaEngine } from '../media-engine.ts';

const ffmpeg = findTestFfmpeg()!;
const ADDRESS = '10.0.0.1:5000';
const BACKUP_ADDRESS = '10.0.0.2:5000';
const SMALL = makeRendition({ name: 'small', width: 320, height: 180, framesPerSecond: 15, videoBitrateBps: 300_000 });
/** A slate whose colour nothing else has. */
const SLATE_RGB = [200, 30, 160];
/**
 * SRT gives up packets that are later than this, and pictures would be missing: enough for a busy machine. How long a
 * receiver gets nothing depends on the machine too, so it is tested under a virtual clock, in slate-program.test.ts.
 */
const LATENCY_MS = 2_000;

describe.skipIf(!findTestFfmpeg())('slates', { timeout: 300_000 }, () => {
  let directory: string;
  let engine: MediaEngine;
  let port: number;
  let inputLoss: InputLoss;
  let image: string;
  let recordings = 0;
  const receivers: ChildProcess[] = [];
  const senders: Sender[] = [];

  beforeAll(() => {
    directory = makeTemporaryDirectory();
    makeTransportStream(ffmpeg, join(directory, 'source.ts'));
    image = join(directory, 'slate.png');
    const colour = SLATE_RGB.map((part) => part.toString(16).padStart(2, '0')).join('');
    spawnSync(ffmpeg, ['-f', 'lavfi', '-i', `color=c=0x${colour}:s=640x360`, '-frames:v', '1', image]);
    inputLoss = { repeatMs: 500, blackMs: 0, image: { kind: 'file', path: image } };
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  afterEach(async () => {
    await engine.close();
    for (const sender of senders.splice(0)) await sender.stop();
    for (const receiver of receivers.splice(0)) receiver.kill('SIGKILL');
  });

  const channel = (id: string): ChannelReport | undefined =>
    engine.report().channels.find(({ channelId }) => channelId === id);

  async function startEngine(): Promise<void> {
    port = await findFreeUdpPort();
    const options = { ffmpegPath: ffmpeg, logger: silentLogger, loopbackTargetsAllowed: true };
    engine = await createMediaEngine({ ...options, dataDirectory: join(directory, 'engine') });
    await engine.startFlow({ flowArn: 'flow', ingestPort: port, listenHost: '127.0.0.1', latencyMs: LATENCY_MS });
    await engine.setFlowOutputs('flow', [ADDRESS]);
  }

  async function receive(name: string): Promise<FfmpegReceiver> {
    const receiver = await receiveWithFfmpeg(ffmpeg, join(directory, `${name}-${(recordings += 1)}.flv`));
    receivers.push(receiver.process);
    return receiver;
  }

  async function startChannel(channelId: string, rendition: Rendition): Promise<FfmpegReceiver> {
    const receiver = await receive(channelId);
    const output = { kind: 'rtmp' as const, url: receiver.url, streamKey: 'key', verifyCertificate: true };
    await engine.startChannel({ channelId, inputAddress: ADDRESS, output: { ...output, rendition, inputLoss } });
    return receiver;
  }

  function send(): Sender {
    const sender = sendSrt(ffmpeg, join(directory, 'source.ts'), { port });
    senders.push(sender);
    return sender;
  }

  /** Waits until both channels have sent so many more pictures. */
  async function more(count: number, ids = ['copied', 'encoded']): Promise<void> {
    const before = new Map(ids.map((id) => [id, channel(id)?.framesSent ?? 0]));
    const areSent = () => ids.every((id) => (channel(id)?.framesSent ?? 0) >= before.get(id)! + count);
    await until(`${count} more pictures`, areSent);
  }

  const showing = (what: ChannelReport['slate']) => {
    const isShown = (id: string) => channel(id) !== undefined && channel(id)!.slate === what;
    return until(`slate ${what}`, () => ['copied', 'encoded'].every(isShown));
  };

  const bothPublishing = () =>
    until('both', () => ['copied', 'encoded'].every((id) => channel(id)?.state === 'publishing'));

  it('keep every connection through the loss of the source, copied and encoded', async () => {
    await startEngine();
    const [copied, encoded] = [await startChannel('copied', makeRendition()), await startChannel('encoded', SMALL)];
    let sender = send();
    await bothPublishing();
    expect([channel('copied')?.mode, channel('encoded')?.mode]).toEqual(['copy', 'encode']);
    await more(30);
    for (let round = 0; round < 2; round += 1) {
      const before = countColoured(encoded.path);
      await sender.stop();
      await showing('input_loss');
      await more(2);
      await until('the slate', () => countColoured(encoded.path) > before);
      sender = send();
      await showing(undefined);
      await more(30);
    }
    for (const { path } of [copied, encoded]) {
      expect(decodeErrors(path)).toBe('');
    }
    for (const id of ['copied', 'encoded']) expect(channel(id)).toMatchObject({ state: 'publishing', reconnects: 0 });
  });

  it('cover the picture on request, copied and encoded, and the sound continues', async () => {
    await startEngine();
    const [copied, encoded] = [await startChannel('copied', makeRendition()), await startChannel('encoded', SMALL)];
    send();
    await bothPublishing();
    await more(20);
    for (const id of ['copied', 'encoded']) await engine.coverChannel(id, { kind: 'file', path: image });
    await showing('image');
    await more(40);
    for (const id of ['copied', 'encoded']) await engine.coverChannel(id, null);
    await showing(undefined);
    await more(40);
    for (const { path } of [copied, encoded]) {
      expect(countColoured(path)).toBeGreaterThan(0);
      expect(decodeErrors(path)).toBe('');
    }
    for (const id of ['copied', 'encoded']) expect(channel(id)).toMatchObject({ state: 'publishing', reconnects: 0 });
  });

  it('fill each pipeline of a channel with a backup ingest while its own input is lost', async () => {
    await startEngine();
    await engine.setFlowOutputs('flow', [ADDRESS, BACKUP_ADDRESS]);
    const [main, second] = [await receive('main'), await receive('second')];
    const output = { kind: 'rtmp' as const, url: main.url, streamKey: 'key', verifyCertificate: true, inputLoss };
    const backup = { url: second.url, streamKey: 'key', inputAddress: BACKUP_ADDRESS };
    const rendition = makeRendition();
    await engine.startChannel({ channelId: 'both', inputAddress: ADDRESS, output: { ...output, rendition, backup } });
    const sender = send();
    const pipelines = () => [channel('both'), channel('both')?.backup];
    const showingBoth = (...slates: ChannelReport['slate'][]) =>
      until(`slates ${slates}`, () => pipelines().every((report, at) => report && report.slate === slates[at]));
    await until('both', () => pipelines().every((report) => report?.state === 'publishing'));
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await showingBoth(undefined, 'input_loss');
    await sender.stop();
    await showingBoth('input_loss', 'input_loss');
    const before = pipelines().map((report) => report!.framesSent);
    const haveMore = () => pipelines().every((report, at) => report!.framesSent > before[at]! + 1);
    await until('pictures of both', haveMore);
    for (const report of pipelines()) expect(report).toMatchObject({ state: 'publishing', reconnects: 0 });
  });
});

/** Counts the keyframes with the colour of the slate in their middle, as ffmpeg decodes them. */
function countColoured(path: string): number {
  const { stdout } = spawnSync(
    ffmpeg,
    [
      ...['-hide_banner', '-v', 'quiet', '-skip_frame', 'nokey', '-i', path, '-fps_mode', 'passthrough'],
      ...['-vf', 'crop=32:32,scale=1:1', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
    ],
    { maxBuffer: 2 ** 24 },
  );
  let count = 0;
  for (let at = 0; at + 2 < stdout.length; at += 3) {
    if (SLATE_RGB.every((part, index) => Math.abs(stdout[at + index]! - part) <= 16)) count += 1;
  }
  return count;
}
