/**
 * Sends a source with three audio streams through the engine, copied and encoded, to ffmpeg as receiver. Each stream has
 * another tone and language, so the tone at the receiver says which one was taken.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
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
import { buildEncoderArguments } from './encoder-arguments.ts';
import type { ChannelReport, MediaEngine, RenditionSound } from './contract.ts';

/** English is quiet, and Spanish sounds on the left only. */
const TONES = { eng: 440, spa: 1000, deu: 2000 };
const CLIP_SECONDS = 30;
const RATE_HZ = 48_000;
/** The gain is measured from here on. */
const SETTLED_SECONDS = 10;
const SECONDS_RECORDED = 15;
const LOUDNESS_TOLERANCE_LU = 1;
const SHIFT_MAX_SECONDS = 0.04;

const ENCODED = { width: 160, height: 90, framesPerSecond: 25 };
const chosen = (language: keyof typeof TONES | 'fra') => ({ by: 'language' as const, language, isStrict: true });
const LEFT_TO_BOTH = [[1], [1]];

/** A rendition by what it does with the sound; those with a size are encoded. */
const RENDITIONS: Record<string, { sound?: RenditionSound; isEncoded: boolean }> = {
  'copied, the first': { isEncoded: false },
  'copied, by language': { sound: { selection: chosen('spa') }, isEncoded: false },
  'copied, by PID': { sound: { selection: { by: 'pid', pid: 0x103 } }, isEncoded: false },
  'copied, missing': { sound: { selection: chosen('fra') }, isEncoded: false },
  'encoded, the first': { isEncoded: true },
  'encoded, by language': { sound: { selection: chosen('spa') }, isEncoded: true },
  'encoded, by PID': { sound: { selection: { by: 'pid', pid: 0x103 } }, isEncoded: true },
  'encoded, missing': { sound: { selection: chosen('fra') }, isEncoded: true },
  'encoded, a loose language': { sound: { selection: { ...chosen('fra'), isStrict: false } }, isEncoded: true },
  'encoded, left to both sides': { sound: { selection: chosen('spa'), remix: LEFT_TO_BOTH }, isEncoded: true },
  'encoded, -23 LUFS': { sound: { loudness: { targetLufs: -23, truePeakDbtp: -1 } }, isEncoded: true },
  'encoded, -14 LUFS': { sound: { loudness: { targetLufs: -14, truePeakDbtp: -1 } }, isEncoded: true },
};

const ffmpeg = findTestFfmpeg()!;

describe.skipIf(!findTestFfmpeg())('a source with three audio streams', { timeout: 120_000 }, () => {
  const directory = makeTemporaryDirectory();
  let engine: MediaEngine;
  let sender: Sender;
  const received = new Map<string, FfmpegReceiver>();
  let reports: Record<string, ChannelReport> = {};

  beforeAll(async () => {
    engine = await createTestEngine(directory);
    const { port, inputAddress } = await startTestFlow(engine);
    for (const [index, [name, { sound, isEncoded }]] of Object.entries(RENDITIONS).entries()) {
      const path = join(directory, `${index}.flv`);
      const rendition = makeRendition({ ...(isEncoded && ENCODED), ...(sound && { sound }) });
      received.set(name, await startReceivedChannel(engine, { channelId: name, inputAddress, path, rendition }));
    }
    sender = sendSrt(ffmpeg, makeClip(join(directory, 'clip.ts')), { port });
    const all = [...received.values()];
    await until('every recording', () => all.every((receiver) => secondsIn(receiver) >= SECONDS_RECORDED), 90_000);
    reports = Object.fromEntries(engine.report().channels.map((report) => [report.channelId, report]));
    for (const { process } of all) process.kill('SIGKILL');
    await sender.stop();
  }, 120_000);

  afterAll(async () => {
    for (const { process } of received.values()) process.kill('SIGKILL');
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const channelsOf = (name: string) => readChannels(received.get(name)!.path);

  it.each([
    ['copied, the first', 'eng'],
    ['copied, by language', 'spa'],
    ['copied, by PID', 'deu'],
    ['encoded, the first', 'eng'],
    ['encoded, by language', 'spa'],
    ['encoded, by PID', 'deu'],
    ['encoded, a loose language', 'eng'],
  ] as const)('%s: the receiver hears the tone of %s', (name, language) => {
    expect(reports[name]!.mode).toBe(name.startsWith('copied') ? 'copy' : 'encode');
    expect(reports[name]!.isSoundMissing).toBeUndefined();
    expect(frequencyOf(channelsOf(name)[0]!)).toBeCloseTo(TONES[language], -1);
  });

  it('a chosen stream that is missing is reported, and silent instead of another one', () => {
    expect(reports['copied, missing']!.isSoundMissing).toBe(true);
    expect(channelsOf('copied, missing')).toEqual([]);
    expect(reports['encoded, missing']!.isSoundMissing).toBe(true);
    const silent = channelsOf('encoded, missing');
    expect(silent).toHaveLength(2);
    for (const samples of silent) expect(peakOf(samples)).toBeLessThan(0.001);
  });

  it('one side is brought to both', () => {
    const [left, right] = channelsOf('encoded, by language');
    expect(peakOf(right!)).toBeLessThan(peakOf(left!) / 50);
    const [first, second] = channelsOf('encoded, left to both sides');
    expect(frequencyOf(second!)).toBeCloseTo(TONES.spa, -1);
    expect(peakOf(second!)).toBeGreaterThan(peakOf(left!) * 0.9);
    expect(Math.abs(peakOf(first!) - peakOf(second!))).toBeLessThan(0.01);
  });

  it.each([-23, -14])('a quiet source is brought to %d LUFS', (target) => {
    expect(loudnessOf(received.get('encoded, the first')!.path)).toBeLessThan(-30);
    const loudness = loudnessOf(received.get(`encoded, ${target} LUFS`)!.path);
    expect(Math.abs(loudness - target)).toBeLessThanOrEqual(LOUDNESS_TOLERANCE_LU);
  });
});

describe.skipIf(!findTestFfmpeg())('sound that is brought to a loudness', { timeout: 60_000 }, () => {
  it('stays with its picture', () => {
    const picture = "color=black:size=160x90:rate=25,drawbox=c=white:t=fill:enable='lt(mod(t,1),0.2)'";
    const tone = "aevalsrc='if(lt(mod(t,1),0.2),0.3*sin(2*PI*1000*t),0)':s=48000:c=stereo";
    const clip = run([
      ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', tone, '-t', '12'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-c:a', 'aac'],
      ...['-f', 'mpegts', '-'],
    ]).stdout;
    const loudness = { targetLufs: -23, truePeakDbtp: -1 };
    const shifts = [undefined, { loudness }].map((sound) => {
      const rendition = makeRendition({ ...ENCODED, ...(sound && { sound }) });
      const encoded = run(buildEncoderArguments(rendition, { hasSound: true, followsKeyframes: false }), clip).stdout;
      const filters = ['-vf', 'blackdetect=d=0.1:pix_th=0.5', '-af', 'silencedetect=n=-35dB:d=0.1'];
      const { stderr } = run(['-i', 'pipe:0', ...filters, '-f', 'null', '-'], encoded);
      // At the very end ffmpeg moves the sound that it still holds; a live source has no end.
      const timeOf = (pattern: RegExp) => Number([...stderr.toString().matchAll(pattern)].at(6)?.[1]);
      return timeOf(/silence_end: ([\d.]+)/g) - timeOf(/black_end:([\d.]+)/g);
    });
    expect(Math.abs(shifts[1]! - shifts[0]!)).toBeLessThanOrEqual(SHIFT_MAX_SECONDS);
  });
});

function run(options: string[], input?: Buffer) {
  return spawnSync(ffmpeg, ['-hide_banner', ...options], { input, maxBuffer: 64 * 1024 * 1024 });
}

function makeClip(path: string): string {
  const tone = (frequency: number) => `sine=frequency=${frequency}:sample_rate=${RATE_HZ}`;
  const sounds = [
    `[1:a]volume=-15dB,pan=stereo|c0=c0|c1=c0[eng]`,
    `[2:a]volume=6dB,pan=stereo|c0=c0|c1=0*c0[spa]`,
    `[3:a]volume=6dB,pan=stereo|c0=c0|c1=c0[deu]`,
  ];
  const languages = Object.keys(TONES);
  execFileSync(ffmpeg, [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'],
    ...Object.values(TONES).flatMap((frequency) => ['-f', 'lavfi', '-i', tone(frequency)]),
    ...['-filter_complex', sounds.join(';'), '-map', '0:v', '-t', String(CLIP_SECONDS)],
    ...languages.flatMap((language, index) => [
      ...['-map', `[${language}]`, `-metadata:s:a:${index}`, `language=${language}`],
    ]),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'main', '-pix_fmt', 'yuv420p', '-g', '25'],
    ...['-c:a', 'aac', '-b:a', '96k', '-f', 'mpegts', path],
  ]);
  return path;
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

/** Decodes two seconds in the middle of a recording. @returns the samples of each channel; none without sound */
function readChannels(path: string): Float32Array[] {
  const described = run(['-nostdin', '-i', path]).stderr.toString();
  const layout = /Audio: aac[^,]*, \d+ Hz, (mono|stereo)/.exec(described)?.[1];
  if (!layout) return [];
  const { stdout } = run([
    '-nostdin',
    '-loglevel',
    'error',
    '-ss',
    '8',
    '-t',
    '2',
    '-i',
    path,
    '-vn',
    '-f',
    'f32le',
    '-',
  ]);
  const count = layout === 'mono' ? 1 : 2;
  const samples = new Float32Array(new Uint8Array(stdout).buffer);
  return Array.from({ length: count }, (_, channel) => samples.filter((_sample, at) => at % count === channel));
}

function frequencyOf(samples: Float32Array): number {
  let rises = 0;
  for (let at = 1; at < samples.length; at += 1) if (samples[at - 1]! < 0 && samples[at]! >= 0) rises += 1;
  return (rises * RATE_HZ) / samples.length;
}

function peakOf(samples: Float32Array): number {
  return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

/** Returns the integrated loudness (EBU R 128) after the gain has settled. */
function loudnessOf(path: string): number {
  const from = ['-ss', String(SETTLED_SECONDS), '-i', path];
  const { stderr } = spawnSync(
    ffmpeg,
    ['-hide_banner', '-nostdin', ...from, '-vn', '-af', 'ebur128', '-f', 'null', '-'],
    { encoding: 'utf8' },
  );
  return Number(/I:\s+(-?[\d.]+) LUFS\s*$/m.exec(stderr.slice(stderr.lastIndexOf('Summary')))?.[1]);
}
