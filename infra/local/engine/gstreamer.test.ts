/**
 * GStreamer as the encoder: what it sends differs from what ffmpeg sends. Each source feeds a copied and an encoded
 * destination, HLS and the segments of a recording, and ffmpeg decodes them all.
 */
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, startReceivedChannel, startTestFlow } from '../../../test/support/engine-feeds.ts';
import type { FfmpegReceiver } from '../../../test/support/ffmpeg-receiver.ts';
import {
  findGStreamer,
  sendWithGStreamer,
  type GStreamerSender,
  type GStreamerSettings,
} from '../../../test/support/gstreamer.ts';
import {
  decodeErrors,
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  until,
} from '../../../test/support/test-media.ts';
import type { ChannelReport, MediaEngine, Rendition } from './contract.ts';
import { keptFolder, listKept } from './recording/kept-segments.ts';
import { buildRecordingPlaylist } from './recording/recording-playlist.ts';

const gstLaunch = findGStreamer();
const PLAIN: GStreamerSettings = {
  ...{ width: 320, height: 180, framesPerSecond: 25, gopPictures: 25, bFrames: 0, videoKbps: 400 },
  ...{ sampleRateHz: 48_000, channels: 2 },
};
const SMALL = makeRendition({ name: 'small', width: 160, height: 90, framesPerSecond: 25, videoBitrateBps: 150_000 });
const OPEN = 'open groups of pictures';
const SECONDS_RECORDED = 6;

const SOURCES: Record<string, GStreamerSettings> = {
  'low latency and several slices in a picture': { ...PLAIN, encoder: ['tune=zerolatency', 'threads=4'] },
  'B-frames, long groups and mono': {
    ...PLAIN,
    ...{ bFrames: 2, framesPerSecond: 30, gopPictures: 60, sampleRateHz: 44_100, channels: 1 },
    encoder: ['b-pyramid=true', 'aud=false'],
    parser: ['h264parse'],
  },
  'parameter sets at the start only': {
    ...PLAIN,
    encoder: ['byte-stream=false', 'tune=zerolatency'],
    parser: ['h264parse', 'config-interval=0'],
  },
  [OPEN]: { ...PLAIN, bFrames: 2, encoder: ['option-string=open-gop=1'] },
  'refresh in slices instead of keyframes': { ...PLAIN, encoder: ['intra-refresh=true', 'tune=zerolatency'] },
};

describe.skipIf(!findTestFfmpeg() || gstLaunch === null)('GStreamer with', { timeout: 120_000 }, () => {
  const directory = makeTemporaryDirectory();
  const senders: GStreamerSender[] = [];
  const received = new Map<string, { copy: FfmpegReceiver; encoded: FfmpegReceiver }>();
  let engine: MediaEngine;
  let channels: ChannelReport[];
  let continuityErrors: number[];

  beforeAll(async () => {
    engine = await createTestEngine(directory);
    for (const [index, name] of Object.keys(SOURCES).entries()) received.set(name, await startOne(index, name));
    const all = [...received.values()].flatMap(({ copy, encoded }) => [copy, encoded]);
    await until('every recording', () => all.every((receiver) => secondsIn(receiver) >= SECONDS_RECORDED), 100_000);
    ({ channels } = engine.report());
    continuityErrors = engine.report().sources.map((source) => source.continuityErrors);
    for (const name of Object.keys(SOURCES)) await downloadHls(name);
    for (const name of Object.keys(SOURCES)) await engine.keepSegments(`hls ${name}`, null);
    for (const { process } of all) process.kill('SIGKILL');
    for (const sender of senders) await sender.stop('SIGKILL');
  }, 120_000);

  afterAll(async () => {
    await engine?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function startOne(index: number, name: string) {
    const { port, inputAddress } = await startTestFlow(engine, index);
    const { channels: audioChannels, sampleRateHz: audioSampleRateHz } = SOURCES[name]!;
    const copied = makeRendition({ audioChannels, audioSampleRateHz });
    const start = (channelId: string, rendition: Rendition) =>
      startReceivedChannel(engine, { channelId, inputAddress, path: join(directory, `${channelId}.flv`), rendition });
    const copy = await start(`copy ${name}`, copied);
    const encoded = await start(`encoded ${name}`, SMALL);
    const packageChannelId = `hls ${name}`;
    await engine.startChannel({
      ...{ channelId: packageChannelId, inputAddress },
      output: { kind: 'package', packageChannelId, renditions: [copied] },
    });
    await engine.keepSegments(packageChannelId, { directory, fromMs: 0 });
    senders.push(sendWithGStreamer(gstLaunch!, SOURCES[name]!, { port }));
    return { copy, encoded };
  }

  /** Stores everything the playlist names, one segment after the other. */
  async function downloadHls(name: string): Promise<void> {
    const get = (path: string) => engine.fetchPackage(`hls ${name}`, path);
    const playlist = await (await get('index_1.m3u8')).text();
    const segments = playlist.split('\n').filter((line) => line.endsWith('.ts'));
    const bytes = await Promise.all(segments.map(async (segment) => (await get(segment)).bytes()));
    writeFileSync(join(directory, `hls ${name}.ts`), Buffer.concat(bytes));
  }

  describe.each(Object.keys(SOURCES))('%s', (name) => {
    it('is decoded from a copied destination', () => {
      expect(channels.find(({ channelId }) => channelId === `copy ${name}`)).toMatchObject({
        mode: 'copy',
        reconnects: 0,
      });
      expect(decodeErrors(received.get(name)!.copy.path)).toBe('');
    });

    it('is decoded from an encoded destination', () => {
      expect(channels.find(({ channelId }) => channelId === `encoded ${name}`)).toMatchObject({
        mode: 'encode',
        reconnects: 0,
      });
      expect(decodeErrors(received.get(name)!.encoded.path)).toBe('');
    });

    // A player that begins in the middle of open groups gets pictures it has to leave out, and ffmpeg says so.
    it.skipIf(name === OPEN)('is decoded from HLS', () => {
      expect(decodeErrors(join(directory, `hls ${name}.ts`))).toBe('');
    });

    it('is decoded from a recording', async () => {
      const [rendition] = await listKept(keptFolder(directory, `hls ${name}`), { startMs: 0, endMs: Infinity });
      const segments = rendition!.segments.map((segment) => ({ ...segment, file: segment.path, bytes: 0 }));
      const path = join(directory, `${name}.m3u8`);
      writeFileSync(path, buildRecordingPlaylist(segments));
      expect(decodeErrors(path)).toBe('');
    });
  });

  it('every source arrives without a continuity error', () => {
    expect(continuityErrors).toEqual(Object.keys(SOURCES).map(() => 0));
  });
});

function secondsIn(receiver: FfmpegReceiver): number {
  if (!existsSync(receiver.path) || statSync(receiver.path).size === 0) return 0;
  return (receiver.pictures().at(-1)?.timestampMs ?? 0) / 1000;
}
