/**
 * Sends HDR of both kinds through the engine to ffmpeg as receiver, and measures the colours that arrive. The pictures
 * are bars of known brightness, computed from the definitions of PQ and HLG (ITU-R BT.2100), not by ffmpeg.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestEngine, startReceivedChannel, startTestFlow } from '../../../test/support/engine-feeds.ts';
import type { FfmpegReceiver } from '../../../test/support/ffmpeg-receiver.ts';
import {
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  sendSrt,
  until,
  type Sender,
} from '../../../test/support/test-media.ts';
import type { ChannelReport, MediaEngine } from './contract.ts';

const ffmpeg = findTestFfmpeg()!;
const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
const WIDTH = 320;
const HEIGHT = 180;
const PHASE_SECONDS = 4;
/** Both halves of a clip, from wherever a recording begins. */
const SECONDS_RECORDED = 8;

type Kind = 'pq' | 'hlg' | 'sdr';
type Colour = [number, number, number];

/** Light of the bars in nits, in BT.709 primaries: reference white, its 13 %, a light, black, and two colours. */
const BARS: Colour[] = [
  [203, 203, 203],
  [26, 26, 26],
  [1000, 1000, 1000],
  [0, 0, 0],
  [203, 0, 0],
  [0, 100, 203],
];
/** The bar that is brighter than white in HDR is half as bright as white in the clip without HDR. */
const SDR_BARS: Colour[] = BARS.map((bar, index) => (index === 2 ? [100, 100, 100] : bar));

interface Case {
  kind: Kind;
  codec: string[];
  pixels: string;
  /** Whether the clip is HDR in its first half only. */
  changes: boolean;
}

const CASES: Record<string, Case> = {
  'HEVC in PQ': {
    kind: 'pq',
    codec: ['libx265', '-x265-params', 'log-level=none'],
    pixels: 'yuv420p10le',
    changes: true,
  },
  'H.264 in HLG': { kind: 'hlg', codec: ['libx264'], pixels: 'yuv420p10le', changes: false },
  'H.264 in PQ with 8 bits': { kind: 'pq', codec: ['libx264'], pixels: 'yuv420p', changes: true },
};

describe.skipIf(!findTestFfmpeg())('a source in', { timeout: 300_000 }, () => {
  const directory = makeTemporaryDirectory();
  const senders: Sender[] = [];
  const received = new Map<string, FfmpegReceiver>();
  const modes = new Map<string, Set<ChannelReport['mode']>>();
  let engine: MediaEngine;
  let picture: Uint8Array;

  beforeAll(async () => {
    engine = await createTestEngine(directory);
    engine.onReport(({ channels }) => {
      for (const { channelId, mode } of channels) modes.set(channelId, (modes.get(channelId) ?? new Set()).add(mode));
    });
    for (const [index, name] of Object.keys(CASES).entries()) received.set(name, await startOne(index, name));
    const all = [...received.values()];
    await until('every recording', () => all.every((receiver) => secondsIn(receiver) >= SECONDS_RECORDED), 240_000);
    picture = (await engine.fetchSourcePicture('flow-1'))!.jpeg;
    for (const { process } of all) process.kill('SIGKILL');
    for (const sender of senders) await sender.stop();
  }, 300_000);

  afterAll(async () => {
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function startOne(index: number, name: string): Promise<FfmpegReceiver> {
    const { port, inputAddress } = await startTestFlow(engine, index);
    const path = join(directory, `${index}.flv`);
    const rendition = makeRendition({ h264Profile: 'high', videoBitrateBps: 2_000_000, colour: 'bt709' });
    const receiver = await startReceivedChannel(engine, { channelId: name, inputAddress, path, rendition });
    senders.push(sendSrt(ffmpeg, makeClip(join(directory, `${index}.ts`), CASES[name]!), { port }));
    return receiver;
  }

  it.each(Object.keys(CASES))('%s arrives as BT.709, and looks like the scene', (name) => {
    const { path } = received.get(name)!;
    const { stderr } = spawnSync(ffmpeg, ['-hide_banner', '-nostdin', '-i', path], { encoding: 'utf8' });
    expect(stderr).toMatch(/Video: h264 \(High\).*yuv420p\(tv, bt709, progressive\)/);
    const [white, grey, light, black, red, blue] = middleOf(framesIn(path).filter(isHdr));
    // BT.2408 expects reference white at 75 to 90 % where lights are kept, and 13 % of it at 42 %.
    expect(percent(white!)).toBeGreaterThan(78);
    expect(percent(white!)).toBeLessThan(90);
    expect(percent(grey!)).toBeGreaterThan(38);
    expect(percent(grey!)).toBeLessThan(46);
    expect(percent(light!)).toBeGreaterThan(percent(white!) + 5);
    expect(percent(black!)).toBeLessThan(2);
    for (const neutral of [white!, grey!, light!, black!])
      for (const chroma of neutral.slice(1)) expect(Math.abs(chroma - 128)).toBeLessThan(4);
    // Pure red of BT.709 at full level is 63, 102, 240: washed out colours are closer to 128.
    expect(red![2]).toBeGreaterThan(210);
    expect(Math.abs(red![1]! - 106)).toBeLessThan(12);
    expect(blue![1]).toBeGreaterThan(155);
    expect(blue![2]).toBeLessThan(80);
  });

  it('HEVC in PQ that changes to BT.709 is then encoded without a conversion', () => {
    const name = 'HEVC in PQ';
    const frames = framesIn(received.get(name)!.path);
    expectUnchanged(middleOf(frames.filter((frame) => !isHdr(frame))));
    expect([...modes.get(name)!].filter((mode) => mode !== 'none')).toEqual(['encode']);
    expect(engine.report().channels.find(({ channelId }) => channelId === name)).toMatchObject({ reconnects: 0 });
  });

  it('H.264 in PQ with 8 bits is copied as soon as it changes to BT.709, and not before', () => {
    const name = 'H.264 in PQ with 8 bits';
    expectUnchanged(middleOf(framesIn(received.get(name)!.path).filter((frame) => !isHdr(frame))));
    expect([...modes.get(name)!].filter((mode) => mode !== 'none')).toEqual(['encode', 'copy']);
    expect(engine.report().channels.find(({ channelId }) => channelId === name)).toMatchObject({ reconnects: 0 });
  });

  it('HLG has a picture on the source card that looks like the scene', () => {
    const file = join(directory, 'picture.jpg');
    writeFileSync(file, picture);
    const [bars] = framesIn(file, 'null');
    expect(percent(bars![0]!)).toBeGreaterThan(78);
    expect(bars![4]![2]).toBeGreaterThan(205);
  });

  it('HLG is reported with its colours', () => {
    const source = engine.report().sources.find(({ flowArn }) => flowArn === 'flow-1');
    expect(source?.video?.coding).toMatchObject({
      ...{ bitDepth: 10, colourPrimaries: 9, transferCharacteristics: 18, matrixCoefficients: 9, isFullRange: false },
    });
  });
});

/** The clip without HDR has these levels: see `toSdr`. */
function expectUnchanged(bars: Colour[]): void {
  for (const [index, [luma]] of bars.entries()) {
    const [expected] = toSdr(SDR_BARS[index]!);
    expect(Math.abs(luma - expected)).toBeLessThan(4);
  }
}

/** Writes bars for some seconds; of a clip that changes, the second half is in BT.709. */
function makeClip(path: string, { kind, codec, pixels, changes }: Case): string {
  const parts = changes ? [kind, 'sdr' as const] : [kind, kind];
  const files = parts.map((part, index) => {
    const file = `${path}.${index}`;
    const raw = `${file}.yuv`;
    writeFileSync(raw, toPicture(part, pixels === 'yuv420p' ? 8 : 10));
    const [primaries, transfer, matrix] = TAGS[part];
    execFileSync(ffmpeg, [
      ...[...quiet, '-y', '-stream_loop', '-1', '-f', 'rawvideo', '-pix_fmt', pixels, '-s', `${WIDTH}x${HEIGHT}`],
      ...['-r', '30', '-i', raw, '-f', 'lavfi', '-i', 'sine', '-t', String(PHASE_SECONDS)],
      ...['-c:v', ...codec, '-preset', 'ultrafast', '-g', '30', '-color_range', 'tv', '-pix_fmt', pixels],
      ...['-color_primaries', primaries, '-color_trc', transfer, '-colorspace', matrix],
      ...['-c:a', 'aac', '-ac', '2', '-ar', '48000', '-output_ts_offset', String(index * PHASE_SECONDS)],
      ...['-f', 'mpegts', file],
    ]);
    return readFileSync(file);
  });
  writeFileSync(path, Buffer.concat(files));
  return path;
}

const TAGS: Record<Kind, [string, string, string]> = {
  pq: ['bt2020', 'smpte2084', 'bt2020nc'],
  hlg: ['bt2020', 'arib-std-b67', 'bt2020nc'],
  sdr: ['bt709', 'bt709', 'bt709'],
};

function toPicture(kind: Kind, bits: 8 | 10): Buffer {
  const bars = (kind === 'sdr' ? SDR_BARS : BARS).map((bar) => (kind === 'sdr' ? toSdr(bar) : toHdr(bar, kind)));
  const sample = (value: number) => {
    const code = Buffer.alloc(bits === 8 ? 1 : 2);
    code.writeUIntLE(Math.round(bits === 8 ? value : value * 4), 0, code.length);
    return code;
  };
  const plane = (component: number, width: number, height: number) => {
    const line = Array.from({ length: width }, (_, x) =>
      sample(bars[Math.floor((x * bars.length) / width)]![component]!),
    );
    return Array.from({ length: height }, () => Buffer.concat(line));
  };
  const half = [WIDTH / 2, HEIGHT / 2] as const;
  return Buffer.concat([...plane(0, WIDTH, HEIGHT), ...plane(1, ...half), ...plane(2, ...half)]);
}

/** From BT.709 to BT.2020 (ITU-R BT.2087). */
const TO_2020 = [
  [0.6274, 0.3293, 0.0433],
  [0.0691, 0.9195, 0.0114],
  [0.0164, 0.088, 0.8956],
];

/** Returns luma and chroma with limited range, in steps of 8 bits. */
function toHdr(bar: Colour, kind: 'pq' | 'hlg'): Colour {
  const light = TO_2020.map((row) => row.reduce((sum, factor, index) => sum + factor * bar[index]!, 0)) as Colour;
  return toLuma(kind === 'pq' ? (light.map(encodePq) as Colour) : encodeHlg(light), [0.2627, 0.0593], [1.4746, 1.8814]);
}

function toSdr(bar: Colour): Colour {
  const values = bar.map((nits) => (nits / 203) ** (1 / 2.4)) as Colour;
  return toLuma(values, [0.2126, 0.0722], [1.5748, 1.8556]);
}

function toLuma([r, g, b]: Colour, [kr, kb]: [number, number], [cr, cb]: [number, number]): Colour {
  const luma = kr * r + (1 - kr - kb) * g + kb * b;
  return [16 + 219 * luma, 128 + (224 * (b - luma)) / cb, 128 + (224 * (r - luma)) / cr];
}

/** BT.2100 table 4. */
function encodePq(nits: number): number {
  const power = (nits / 10_000) ** (2610 / 16_384);
  return ((3424 / 4096 + (2413 / 128) * power) / (1 + (2392 / 128) * power)) ** (2523 / 32);
}

/** BT.2100 table 5, for a display of 1000 nits, whose system gamma is 1.2. */
function encodeHlg(light: Colour): Colour {
  const luminance = (0.2627 * light[0] + 0.678 * light[1] + 0.0593 * light[2]) / 1000;
  const scene = luminance === 0 ? 0 : luminance ** (1 / 1.2 - 1);
  return light.map((nits) => {
    const value = (nits / 1000) * scene;
    return value <= 1 / 12 ? Math.sqrt(3 * value) : 0.17883277 * Math.log(12 * value - 0.28466892) + 0.55991073;
  }) as Colour;
}

/** Returns luma and chroma in the middle of each bar, ten times a second. */
function framesIn(path: string, rate = 'fps=10'): Colour[][] {
  const raw = spawnSync(
    ffmpeg,
    [...quiet, '-i', path, '-vf', `${rate},scale=out_range=tv`, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', 'pipe:1'],
    {
      maxBuffer: 2 ** 30,
    },
  ).stdout;
  const bytes = (WIDTH * HEIGHT * 3) / 2;
  return Array.from({ length: Math.floor(raw.length / bytes) }, (_frame, frame) =>
    BARS.map((_bar, index) => {
      const x = Math.floor(((index + 0.5) * WIDTH) / BARS.length / 2) * 2;
      const at = frame * bytes;
      const chroma = at + WIDTH * HEIGHT + ((HEIGHT / 4) * WIDTH) / 2 + x / 2;
      return [raw[at + (HEIGHT / 2) * WIDTH + x]!, raw[chroma]!, raw[chroma + (WIDTH * HEIGHT) / 4]!];
    }),
  );
}

/** Only HDR has a bar that is brighter than white. */
function isHdr([white, , light]: Colour[]): boolean {
  return light![0] > white![0];
}

/** Returns the picture in the middle, which is far from any change. */
function middleOf(frames: Colour[][]): Colour[] {
  expect(frames.length).toBeGreaterThan(20);
  return frames.toSorted((one, other) => one[0]![0] - other[0]![0])[Math.floor(frames.length / 2)]!;
}

function percent([luma]: Colour): number {
  return ((luma - 16) / 219) * 100;
}

function secondsIn(receiver: FfmpegReceiver): number {
  try {
    const pictures = receiver.pictures();
    return pictures.length < 2 ? 0 : (pictures.at(-1)!.timestampMs - pictures[0]!.timestampMs) / 1000;
  } catch {
    // The file does not exist before the publisher has connected.
    return 0;
  }
}
