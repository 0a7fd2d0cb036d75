/**
 * Tests the whole engine with real processes: its own, ffmpeg as listener and encoder, and ffmpeg again as independent
 * sender, RTMP receiver and judge of the output.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { receiveWithFfmpeg, type FfmpegReceiver } from '../../../test/support/ffmpeg-receiver.ts';
import { findFreeUdpPort } from '../../../test/support/product.ts';

import {
  NOTHING_REHEARSED,
  type ChannelReport,
  type ChannelRun,
  type MediaEngine,
  type Rendition,
  type SourceReport,
} from './contract.ts';
import { silentLogger } from './engine-logger.ts';
import type { FlvTag } from './flv-reader.ts';
import { createMediaEngine } from './media-engine.ts';
import {
  decodeErrors,
  descendants,
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  makeTransportStream,
  readJpegSize,
  sendSrt,
  until,
  type Sender,
} from '../../../test/support/test-media.ts';

const ffmpeg = findTestFfmpeg()!;
const PASSPHRASE = 'long & odd+pass%20phrase';
const STREAM_KEY = 'key-that-is-never-shown';
const ADDRESS = '10.0.0.1:5000';
const SMALL = makeRendition({ name: 'small', width: 320, height: 180, framesPerSecond: 15, videoBitrateBps: 200_000 });

function packaged(channelId: string, ...renditions: Rendition[]): ChannelRun {
  return { channelId, inputAddress: ADDRESS, output: { kind: 'package', packageChannelId: channelId, renditions } };
}

describe.skipIf(!findTestFfmpeg())('the media engine', { timeout: 90_000 }, () => {
  let directory: string;
  let sourcePath: string;
  let dataDirectory: string;
  let port: number;
  let engine: MediaEngine;
  const senders: Sender[] = [];
  const receivers: ChildProcess[] = [];

  beforeAll(() => {
    directory = makeTemporaryDirectory();
    sourcePath = makeTransportStream(ffmpeg, join(directory, 'source.ts'));
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  beforeEach(async () => {
    dataDirectory = makeTemporaryDirectory();
    port = await findFreeUdpPort();
    engine = await createMediaEngine({
      ffmpegPath: ffmpeg,
      dataDirectory,
      logger: silentLogger,
      loopbackTargetsAllowed: true,
    });
  });
  afterEach(async () => {
    await engine.close();
    for (const sender of senders.splice(0)) await sender.stop();
    for (const receiver of receivers.splice(0)) receiver.kill('SIGKILL');
    await until('every process to be gone', () => descendants().size === 0);
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const flow = (changes: { passphrase?: string } = {}) => ({
    flowArn: 'flow',
    ingestPort: port,
    listenHost: '127.0.0.1',
    latencyMs: 120,
    ...changes,
  });
  const source = (): SourceReport | undefined => engine.report().sources[0];
  const channel = (channelId: string): ChannelReport | undefined =>
    engine.report().channels.find((report) => report.channelId === channelId);
  const text = async (packageChannelId: string, path: string) =>
    (await engine.fetchPackage(packageChannelId, path)).text();

  function send(options: { passphrase?: string; path?: string; seconds?: number } = {}): Sender {
    const sender = sendSrt(ffmpeg, options.path ?? sourcePath, { port, ...options });
    senders.push(sender);
    return sender;
  }

  /** Starts an ffmpeg that accepts one RTMP publisher and records its stream. */
  async function receiveRtmp(name: string): Promise<FfmpegReceiver & { run: ChannelRun }> {
    const receiver = await receiveWithFfmpeg(ffmpeg, join(dataDirectory, `${name}.flv`));
    receivers.push(receiver.process);
    const output = {
      kind: 'rtmp' as const,
      url: receiver.url,
      streamKey: STREAM_KEY,
      verifyCertificate: true,
      rendition: makeRendition(),
    };
    return { ...receiver, run: { channelId: name, inputAddress: ADDRESS, output } };
  }

  /** What a player knows of the segments: number, time of the first picture. */
  async function readSegments(packageChannelId: string, playlist: string) {
    const lines = (await text(packageChannelId, playlist)).split('\n');
    const first = Number(lines.find((line) => line.startsWith('#EXT-X-MEDIA-SEQUENCE:'))?.split(':')[1]);
    return lines
      .flatMap((line, index) => (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:') ? [index] : []))
      .map((index, place) => ({
        number: first + place,
        startMs: Date.parse(lines[index]!.slice('#EXT-X-PROGRAM-DATE-TIME:'.length)),
        discontinuity: lines[index - 1] === '#EXT-X-DISCONTINUITY',
      }));
  }

  async function download(packageChannelId: string, playlist: string): Promise<string> {
    const names = (await text(packageChannelId, playlist)).split('\n').filter((line) => line.endsWith('.ts'));
    const segments = await Promise.all(
      names.map(async (name) => Buffer.from(await (await engine.fetchPackage(packageChannelId, name)).arrayBuffer())),
    );
    const path = join(dataDirectory, 'downloaded.ts');
    writeFileSync(path, Buffer.concat(segments));
    return path;
  }

  it('accepts an encrypted caller and packages HLS that decodes without an error', async () => {
    await engine.startFlow(flow({ passphrase: PASSPHRASE }));
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await engine.startChannel(packaged('hls', makeRendition()));
    expect((await engine.fetchPackage('hls', 'index.m3u8')).status).toBe(404);
    expect(channel('hls')?.state ?? 'waiting_for_input').toBe('waiting_for_input');
    send({ passphrase: PASSPHRASE });
    await until('three segments', async () => (await text('hls', 'index_1.m3u8')).split('#EXTINF').length > 3);
    expect(source()).toMatchObject({
      state: 'connected',
      connections: 1,
      continuityErrors: 0,
      video: { codec: 'h264', width: 640, height: 360 },
    });
    expect(channel('hls')).toMatchObject({ state: 'publishing', mode: 'copy' });
    const multivariant = await text('hls', 'index.m3u8');
    expect(multivariant).toMatch(/BANDWIDTH=\d+,CODECS="avc1\.[0-9a-f]{6},mp4a\.40\.2",RESOLUTION=640x360/);
    expect(multivariant).toContain('index_1.m3u8');
    expect(decodeErrors(await download('hls', 'index_1.m3u8'))).toBe('');
    expect(await text('hls', 'index_1.m3u8')).not.toMatch(/ENDLIST|DISCONTINUITY$/m);
  });

  it('shows no secret in process arguments, environments, files or reports', async () => {
    await engine.startFlow(flow({ passphrase: PASSPHRASE }));
    await engine.setFlowOutputs('flow', [ADDRESS]);
    const receiver = await receiveRtmp('rtmp');
    await engine.startChannel(receiver.run);
    await engine.startChannel(packaged('encoded', SMALL));
    const sender = send({ passphrase: PASSPHRASE });
    await until(
      'the encoder',
      () => channel('encoded')?.state === 'publishing' && channel('rtmp')?.state === 'publishing',
    );
    const processes = [...descendants()].filter(([pid]) => pid !== sender.process.pid);
    expect(processes.length).toBeGreaterThanOrEqual(3);
    const exposed = processes
      .map(([pid, parts]) => parts.join(' ') + readFileSync(`/proc/${pid}/environ`, 'utf8'))
      .join('\n');
    const files = readdirSync(dataDirectory).filter((name) => name.endsWith('.json'));
    const seen = [
      exposed,
      ...files.map((name) => readFileSync(join(dataDirectory, name), 'utf8')),
      JSON.stringify(engine.report()),
    ].join('\n');
    for (const secret of [PASSPHRASE, encodeURIComponent(PASSPHRASE), STREAM_KEY]) expect(seen).not.toContain(secret);
    expect(files).toEqual(['media-processes.json']);
  });

  it('refuses a caller with the wrong passphrase, reports it, and keeps listening', async () => {
    await engine.startFlow(flow({ passphrase: PASSPHRASE }));
    await until('the listener', () => source()?.state === 'listening');
    const wrong = send({ passphrase: 'not the passphrase' });
    expect(await wrong.exited).not.toBe(0);
    await until('the refusal', () => source()?.error?.includes('passphrase'));
    expect(source()).toMatchObject({ state: 'listening', connections: 0 });
    send({ passphrase: PASSPHRASE });
    await until('the right caller', () => source()?.state === 'connected');
    expect(source()?.error).toBeUndefined();
  });

  it('keeps the connected encoder when another calls, and reports the other', async () => {
    await engine.startFlow(flow());
    await until('the listener', () => source()?.state === 'listening');
    send();
    await until('the caller', () => source()?.state === 'connected' && source()?.video?.width === 640);
    send();
    await until('the other one', () => source()?.error?.includes('another encoder is calling from 127.0.0.1'));
    expect(source()).toMatchObject({ state: 'connected', connections: 1 });
  });

  it('does not report an encoder as connected after it stops sending', async () => {
    await engine.startFlow(flow());
    await until('the listener', () => source()?.state === 'listening');
    const sender = send();
    await until('the caller', () => source()?.state === 'connected' && source()?.video?.width === 640);
    sender.process.kill('SIGSTOP');
    await until('the silence', () => source()?.state === 'listening');
    expect(source()).toMatchObject({ connections: 1, bitrateBps: 0 });
    expect(source()?.video).toBeUndefined();
    sender.process.kill('SIGCONT');
    await until('the caller again', () => source()?.state === 'connected');
  });

  it('does not copy an unsuitable source, even if it becomes unsuitable later', async () => {
    const odd = ['libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv444p'];
    const path = makeTransportStream(ffmpeg, join(dataDirectory, 'odd.ts'), { seconds: 10, videoCodec: odd });
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await engine.startChannel(packaged('hls', makeRendition()));
    const first = send({ seconds: 4 });
    await until('the copy', () => channel('hls')?.mode === 'copy');
    await first.exited;
    send({ path });
    await until('the encoder', () => channel('hls')?.mode === 'encode' && channel('hls')?.state === 'publishing');
    expect(source()?.video?.coding).toMatchObject({ profileIdc: 244, chromaFormatIdc: 3 });
    await until('its pictures', async () => (await text('hls', 'index.m3u8')).includes('avc1.4d'));
  });

  it('reports a port in use, and listens when it is free again', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind({ port, address: '127.0.0.1' }, resolve));
    await engine.startFlow(flow());
    await until('the failure', () => source()?.state === 'failed');
    expect(source()?.error).toBe(`address already in use: udp port ${port}`);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    await until('the listener', () => source()?.state === 'listening');
    send();
    await until('the caller', () => source()?.state === 'connected');
  });

  it('feeds only channels whose address the flow names', async () => {
    await engine.startFlow(flow());
    await engine.startChannel(packaged('hls', makeRendition()));
    send();
    await until('the caller', () => source()?.video?.width === 640);
    await until('a report', () => channel('hls'));
    expect(channel('hls')).toMatchObject({ state: 'waiting_for_input', mode: 'none', framesSent: 0 });
    await engine.setFlowOutputs('flow', ['10.9.9.9:1', ADDRESS]);
    await until('the channel', () => channel('hls')?.state === 'publishing');
    await engine.setFlowOutputs('flow', []);
    await until('the channel to be without input', () => channel('hls')?.state === 'waiting_for_input');
    expect(source()?.state).toBe('connected');
  });

  it('keeps RTMP connections and the playlist over a restart of the source, on a timeline that never runs backwards', async () => {
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    const receiver = await receiveRtmp('rtmp');
    await engine.startChannel(receiver.run);
    await engine.startChannel(packaged('hls', makeRendition()));
    const first = send({ seconds: 5 });
    await until(
      'both outputs',
      () => channel('rtmp')?.state === 'publishing' && channel('hls')?.state === 'publishing',
    );
    await until('some frames', () => channel('rtmp')!.framesSent > 60);
    await first.exited;
    await until(
      'the loss',
      () => channel('rtmp')?.state === 'waiting_for_input' && channel('hls')?.state === 'waiting_for_input',
    );
    const before = channel('rtmp')!.framesSent;
    send();
    await until('the return', () => channel('rtmp')!.framesSent > before + 60);
    expect(source()).toMatchObject({ connections: 2 });
    expect(channel('rtmp')).toMatchObject({ state: 'publishing', reconnects: 0 });
    await until('the discontinuity', async () => /#EXT-X-DISCONTINUITY\n/.test(await text('hls', 'index_1.m3u8')));
    const times = receiver.pictures().map((tag) => tag.timestampMs);
    expect(times.length).toBeGreaterThan(100);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(decodeErrors(join(dataDirectory, 'rtmp.flv'))).toBe('');
  });

  it('copies what fits the rendition and encodes the rest, one encoder for equal renditions', async () => {
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await engine.startChannel(packaged('fits', makeRendition({ width: 640, height: 360, framesPerSecond: 30 })));
    await engine.startChannel(packaged('small', SMALL));
    await engine.startChannel(packaged('alsoSmall', { ...SMALL, name: 'other name' }));
    send();
    await until('all', () => engine.report().channels.filter(({ state }) => state === 'publishing').length === 3);
    expect(channel('fits')?.mode).toBe('copy');
    expect(channel('small')?.mode).toBe('encode');
    expect(encoders()).toHaveLength(1);
    await until('two segments', async () => (await text('alsoSmall', 'index_1.m3u8')).split('#EXTINF').length > 2);
    expect(await text('alsoSmall', 'index.m3u8')).toContain('RESOLUTION=320x180,FRAME-RATE=15.000');
    expect(decodeErrors(await download('alsoSmall', 'index_1.m3u8'))).toBe('');
    await engine.stopChannel('small');
    expect(encoders()).toHaveLength(1);
    await engine.stopChannel('alsoSmall');
    await until('the encoder to end with its last channel', () => encoders().length === 0);
    expect(channel('fits')?.state).toBe('publishing');
  });

  it('changes from copying to encoding under a connected publisher when the source changes', async () => {
    const smaller = makeTransportStream(ffmpeg, join(dataDirectory, 'smaller.ts'), { seconds: 10, size: '320x240' });
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    const receiver = await receiveRtmp('rtmp');
    const rendition = makeRendition({ width: 640, height: 360, framesPerSecond: 30 });
    await engine.startChannel({
      ...receiver.run,
      output: { ...receiver.run.output, rendition } as ChannelRun['output'],
    });
    const first = send({ seconds: 5 });
    await until('the copy', () => channel('rtmp')?.state === 'publishing');
    expect(channel('rtmp')?.mode).toBe('copy');
    await first.exited;
    send({ path: smaller });
    await until('the encoder', () => channel('rtmp')?.mode === 'encode' && channel('rtmp')?.state === 'publishing');
    const sent = channel('rtmp')!.framesSent;
    await until('its frames', () => channel('rtmp')!.framesSent > sent + 60);
    expect(channel('rtmp')?.reconnects).toBe(0);
    const times = receiver.pictures().map((tag) => tag.timestampMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('packages several renditions as one ladder, the first by copying', async () => {
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await engine.startChannel(packaged('ladder', makeRendition(), SMALL));
    send();
    const multivariant = await until('the ladder', async () => {
      const response = await engine.fetchPackage('ladder', 'index.m3u8');
      return response.status === 200 && response.text();
    });
    expect(multivariant.match(/RESOLUTION=\d+x\d+/g)).toEqual(['RESOLUTION=640x360', 'RESOLUTION=320x180']);
    expect(encoders()).toHaveLength(1);
    const [copied, encoded] = await until('six segments that both have', async () => {
      const both = [
        await readSegments('ladder', 'index_1.m3u8'),
        await readSegments('ladder', 'index_2.m3u8'),
      ] as const;
      return both[0].filter(({ number }) => both[1].some((other) => other.number === number)).length >= 5 && both;
    });
    const pairs = copied.flatMap((segment) =>
      encoded.filter((other) => other.number === segment.number).map((other) => [segment, other] as const),
    );
    for (const [one, other] of pairs) {
      // A picture of the slower rendition lasts 67 ms.
      expect(Math.abs(one.startMs - other.startMs), `segment ${one.number}`).toBeLessThanOrEqual(1_000 / 15);
      expect(other.discontinuity).toBe(one.discontinuity);
    }
  });

  it('replaces a killed encoder without disturbing other outputs', async () => {
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    const receiver = await receiveRtmp('copy');
    await engine.startChannel(receiver.run);
    await engine.startChannel(packaged('encoded', SMALL));
    send();
    await until('both', () => channel('encoded')?.state === 'publishing' && channel('copy')?.state === 'publishing');
    const [killed] = encoders();
    process.kill(killed!, 'SIGKILL');
    await until('another encoder', () => encoders().some((pid) => pid !== killed));
    const sent = channel('encoded')!.framesSent;
    await until('its frames', () => channel('encoded')!.framesSent > sent + 30);
    expect(channel('encoded')?.state).toBe('publishing');
    expect(channel('encoded')?.problem).toBeUndefined();
    expect(channel('copy')).toMatchObject({ state: 'publishing', reconnects: 0, droppedFrames: 0, unsentFrames: 0 });
    expect(source()).toMatchObject({ connections: 1, continuityErrors: 0 });
    expect(longestGapMs(receiver.pictures())).toBeLessThan(50);
  });

  it('says at once and until it is over that an encoder is too slow, and copies beside it as before', async () => {
    const brake = join(dataDirectory, 'brake');
    const braked = join(dataDirectory, 'braked-ffmpeg');
    // An encoder that takes a fifth of what comes, for as long as the brake is on.
    const script = `case "$*" in *libx264*) [ -e '${brake}' ] && exec '${ffmpeg}' -readrate 0.2 "$@" ;; esac`;
    writeFileSync(braked, `#!/bin/sh\n${script}\nexec '${ffmpeg}' "$@"\n`, { mode: 0o755 });
    writeFileSync(brake, '');
    await engine.close();
    engine = await createMediaEngine({
      ffmpegPath: braked,
      dataDirectory,
      logger: silentLogger,
      loopbackTargetsAllowed: true,
    });
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    const receiver = await receiveRtmp('copy');
    await engine.startChannel(receiver.run);
    await engine.startChannel(packaged('encoded', SMALL));
    send();
    await until('the encoder', () => encoders().length === 1 && channel('copy')?.state === 'publishing');
    /** In pictures that the copy has sent: what the encoder was fed in that time. */
    const fed = () => channel('copy')!.framesSent;
    const startedAt = fed();
    const problem = await until('the report', () => channel('encoded')?.problem);
    expect(problem.code).toBe('encoder_slow');
    expect(problem.detail).toMatch(/^this machine is too slow for 1 encode: \d+\.\d of 15 frames per second$/);
    // Five seconds, and the second between two reports.
    expect(fed() - startedAt).toBeLessThanOrEqual(6 * 30);
    const isSlow = () => channel('encoded')?.problem?.code === 'encoder_slow';
    const seen: boolean[] = [];
    await until('another attempt', () => {
      seen.push(isSlow());
      return (channel('encoded')?.problem?.attempt ?? 0) >= 2;
    });
    expect(seen).not.toContain(false);
    rmSync(brake);
    for (const pid of encoders()) process.kill(pid, 'SIGKILL');
    const before = channel('encoded')!.framesSent;
    const resumed = await until('its pictures', () => isSlow() && channel('encoded')!.framesSent > before && fed());
    await until('the end of it', () => channel('encoded')?.problem === undefined, 40_000);
    expect(fed() - resumed).toBeGreaterThan(6 * 30);
    expect(channel('encoded')?.state).toBe('publishing');
    expect(channel('copy')).toMatchObject({ state: 'publishing', reconnects: 0, droppedFrames: 0, unsentFrames: 0 });
    expect(channel('copy')?.problem).toBeUndefined();
    // Where the file begins again, two pictures are missing.
    expect(longestGapMs(receiver.pictures())).toBeLessThan(150);
  });

  it('does not let an output that stalls, comes or goes touch another', async () => {
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    const [healthy, frozen, leaving] = [
      await receiveRtmp('healthy'),
      await receiveRtmp('frozen'),
      await receiveRtmp('leaving'),
    ];
    for (const { run } of [healthy, frozen, leaving]) await engine.startChannel(run);
    await engine.startChannel({
      channelId: 'refused',
      inputAddress: ADDRESS,
      output: { ...healthy.run.output, url: 'rtmp://127.0.0.1:1/live' } as ChannelRun['output'],
    });
    send();
    await until(
      'three publishers',
      () => engine.report().channels.filter(({ state }) => state === 'publishing').length === 3,
    );
    frozen.process.kill('SIGSTOP');
    await engine.stopChannel('leaving');
    expect(channel('leaving')).toBeUndefined();
    await engine.startChannel(packaged('joining', makeRendition()));
    const sent = channel('healthy')!.framesSent;
    await until('five more seconds', () => channel('healthy')!.framesSent > sent + 150);
    expect(channel('healthy')).toMatchObject({ state: 'publishing', reconnects: 0, droppedFrames: 0, unsentFrames: 0 });
    expect(channel('refused')).toMatchObject({ state: 'reconnecting', problem: { code: 'connection_refused' } });
    expect(channel('joining')?.state).toBe('publishing');
    expect(longestGapMs(healthy.pictures())).toBeLessThan(50);
    expect(source()).toMatchObject({ connections: 1, continuityErrors: 0 });
    frozen.process.kill('SIGCONT');
  });

  it('encodes a source that cannot be copied', async () => {
    const path = makeTransportStream(ffmpeg, join(dataDirectory, 'hevc.ts'), {
      seconds: 4,
      size: '320x180',
      videoCodec: ['libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none:keyint=30'],
    });
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await engine.startChannel(packaged('hls', makeRendition()));
    send({ path });
    await until('the channel', () => channel('hls')?.state === 'publishing');
    expect(channel('hls')?.mode).toBe('encode');
    expect(source()?.video?.codec).toBe('hevc');
    expect(await text('hls', 'index.m3u8')).toContain('avc1.');
  });

  it('restores all flows and channels when its process is killed, and continues the totals', async () => {
    await engine.startFlow(flow());
    await engine.setFlowOutputs('flow', [ADDRESS]);
    await engine.startChannel(packaged('hls', makeRendition()));
    send();
    await until('some frames', () => (channel('hls')?.framesSent ?? 0) > 60);
    const before = channel('hls')!.framesSent;
    const ingest = listeners();
    process.kill(engineProcess(), 'SIGKILL');
    await until('the report of it', () => source()?.state === 'failed');
    await until('the new listener', () => source()?.state === 'listening' || source()?.state === 'connected');
    expect(listeners().filter((pid) => ingest.includes(pid))).toEqual([]);
    send();
    await until('the stream', () => channel('hls')?.state === 'publishing');
    expect(channel('hls')!.framesSent).toBeGreaterThan(before);
    expect((await engine.fetchPackage('hls', 'index.m3u8')).status).toBe(200);
  });

  it('leaves no process running when its parent is killed', async () => {
    const script = `
      import { createMediaEngine } from ${JSON.stringify(fileURLToPath(new URL('./media-engine.ts', import.meta.url)))};
      const logger = { info() {}, warn() {}, error() {} };
      const engine = await createMediaEngine({ ffmpegPath: ${JSON.stringify(ffmpeg)}, dataDirectory: ${JSON.stringify(dataDirectory)}, logger, loopbackTargetsAllowed: true });
      await engine.startFlow(${JSON.stringify(flow())});
      process.stdout.write('started');`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const family = await until('the listener', () => {
      const pids = [...descendants(parent.pid)];
      return pids.some(([, parts]) => parts.includes('hls+pipe:0')) && pids.map(([pid]) => pid);
    });
    parent.kill('SIGKILL');
    expect(await until('all of them to be gone', () => family.every((pid) => !isRunning(pid)))).toBe(true);
  });

  it('rejects an invalid RTMP address without keeping it', async () => {
    const output = {
      kind: 'rtmp' as const,
      url: 'http://127.0.0.1/live',
      streamKey: STREAM_KEY,
      verifyCertificate: true,
      rendition: makeRendition(),
    };
    await expect(engine.startChannel({ channelId: 'bad', inputAddress: ADDRESS, output })).rejects.toThrow(
      expect.not.stringContaining(STREAM_KEY),
    );
    expect(channel('bad')).toBeUndefined();
  });

  it('accepts a repeated command, and a stop of an unknown flow or channel', async () => {
    await engine.startFlow(flow());
    const [pid] = await until('the listener', () => listeners().length === 1 && listeners());
    await engine.startFlow(flow());
    expect(listeners()).toEqual([pid]);
    await engine.startFlow(flow({ passphrase: PASSPHRASE }));
    await until('the other listener', () => listeners().length === 1 && listeners()[0] !== pid);
    await engine.stopFlow('flow');
    await engine.stopFlow('flow');
    await engine.stopChannel('none');
    expect(listeners()).toEqual([]);
    expect(engine.report().sources).toEqual([]);
  });

  it('simulates a lost encoder: the connection stays open and no data counts as arriving until the end', async () => {
    await engine.startFlow(flow());
    await until('the listener', () => source()?.state === 'listening');
    send();
    await until('the source', () => source()?.state === 'connected' && source()?.video !== undefined);
    await engine.rehearse({ ...NOTHING_REHEARSED, lostFlowArns: ['flow'] });
    await until('the source to be lost', () => source()?.state === 'listening');
    expect(source()).toMatchObject({ bitrateBps: 0, connections: 1 });
    expect(source()?.video).toBeUndefined();
    await engine.rehearse(NOTHING_REHEARSED);
    await until('the source to be back', () => source()?.state === 'connected' && source()?.video !== undefined);
    expect(source()?.connections).toBe(1);
  });

  it('reports the quality of the line to the encoder, and simulates a lossy line that SRT has to repair', async () => {
    await engine.startFlow(flow({ passphrase: PASSPHRASE }));
    await until('the listener', () => source()?.state === 'listening');
    expect(source()).not.toHaveProperty('packetLossPercent');
    send({ passphrase: PASSPHRASE });
    const good = await until('a measured line', () => source()?.roundTripMs !== undefined && source());
    expect(good).toMatchObject({ packetLossPercent: 0 });
    // On loopback the round trip is below a millisecond; SRT's initial estimate is 100.
    expect(good.roundTripMs).toBeLessThan(90);
    await engine.rehearse({ ...NOTHING_REHEARSED, lossyFlowArns: ['flow'] });
    // One packet in ten is lost, some of them retransmissions: 8 to 10 % are missing the first time.
    await until('the loss', () => source()!.packetLossPercent! > 7);
    expect(source()!.packetLossPercent).toBeLessThan(12);
    expect(source()).toMatchObject({ state: 'connected', continuityErrors: 0, connections: 1 });
    await engine.rehearse(NOTHING_REHEARSED);
    await until('the line to be good again', () => source()?.packetLossPercent === 0);
    expect(source()).toMatchObject({ state: 'connected', continuityErrors: 0, connections: 1 });
  });

  it('has a picture while the source is connected, and none after a real or simulated loss', async () => {
    await engine.startFlow(flow());
    await until('the listener', () => source()?.state === 'listening');
    expect(await engine.fetchSourcePicture('flow')).toBeNull();
    expect(await engine.fetchSourcePicture('none')).toBeNull();
    const sender = send();
    const picture = await until('a picture', () => engine.fetchSourcePicture('flow'));
    expect(readJpegSize(picture.jpeg)).toEqual({ width: 640, height: 360 });
    expect(Math.abs(Date.now() - picture.takenAtMs)).toBeLessThan(20_000);
    expect(pidsWith('image2pipe')).toEqual([]);
    await engine.rehearse({ ...NOTHING_REHEARSED, lostFlowArns: ['flow'] });
    expect(await engine.fetchSourcePicture('flow')).toBeNull();
    await engine.rehearse(NOTHING_REHEARSED);
    await until('the picture to be back', () => engine.fetchSourcePicture('flow'));
    await sender.stop();
    await until('the source to be lost', () => source()?.state === 'listening');
    expect(await engine.fetchSourcePicture('flow')).toBeNull();
  });
});

function pidsWith(part: string): number[] {
  return [...descendants()].filter(([, parts]) => parts.includes(part)).map(([pid]) => pid);
}

function encoders(): number[] {
  return pidsWith('libx264');
}

function listeners(): number[] {
  return pidsWith('hls+pipe:0');
}

function engineProcess(): number {
  return [...descendants()].find(([, parts]) => parts.some((part) => part.endsWith('engine-process.ts')))![0];
}

function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function longestGapMs(tags: FlvTag[]): number {
  return Math.max(...tags.slice(1).map((tag, index) => tag.timestampMs - tags[index]!.timestampMs));
}
