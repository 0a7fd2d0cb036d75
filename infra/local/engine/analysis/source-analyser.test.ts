/** Tests the analyser with real media: one ffmpeg makes a source in real time, the analyser's ffmpeg judges it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { findTestFfmpeg, makeTemporaryDirectory, until } from '../../../../test/support/test-media.ts';
import { systemClock } from '../../host/clock.ts';
import type { SourceAnalysis } from '../contract.ts';
import { silentLogger } from '../engine-logger.ts';
import { findParentDeathPrefix } from '../media-child.ts';
import { createSourceProgram } from '../source-program.ts';
import { createSourceAnalyser, type SourceAnalyser } from './source-analyser.ts';

const ffmpeg = findTestFfmpeg()!;

/** A stereo sine of 1 kHz with an amplitude of -20 dBFS has a loudness of -20 LUFS (EBU Tech 3341, test signals). */
const SINE = "aevalsrc='0.1*sin(2*PI*1000*t)|0.1*sin(2*PI*1000*t)':s=48000";
const MOVING = 'testsrc2=size=640x360:rate=30';
/** A picture that stands still, as a frozen capture device sends it: the encoder's own noise stays. */
const STILL = 'testsrc2=size=640x360:rate=30,select=eq(n\\,40),loop=loop=-1:size=1,setpts=N/30/TB';
const BLACK = 'color=black:size=640x360:rate=30';
const SILENCE = 'anullsrc=r=48000:cl=stereo';
const H264 = ['libx264', '-preset', 'ultrafast', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];

describe.skipIf(!findTestFfmpeg())('the analyser of the source', { timeout: 90_000 }, () => {
  let directory: string;
  let skippedMs: number;
  let running: Set<number>;
  let source: ReturnType<typeof createSourceProgram>;
  let analyser: SourceAnalyser;
  const senders: ChildProcess[] = [];

  beforeAll(() => {
    directory = makeTemporaryDirectory();
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  beforeEach(() => {
    skippedMs = 0;
    running = new Set();
    source = createSourceProgram({ clock, logger: silentLogger, onStreams: () => {} });
    analyser = makeAnalyser(ffmpeg);
    analyser.start();
  });
  afterEach(async () => {
    for (const sender of senders.splice(0)) sender.kill('SIGKILL');
    await analyser.close();
    if (running.size > 0) throw new Error('an analyser was left running');
  });

  // Pauses between two attempts are a tenth as long as in real use.
  const clock = {
    now: () => Date.now() + skippedMs,
    after: (milliseconds: number, action: () => void) => systemClock.after(milliseconds / 10, action),
  };

  const makeAnalyser = (ffmpegPath: string) =>
    createSourceAnalyser({
      source,
      launcher: {
        ffmpegPath,
        prefix: findParentDeathPrefix(),
        registry: { add: (pid) => running.add(pid), remove: (pid) => running.delete(pid), clear: () => {} },
      },
      clock,
      logger: silentLogger,
    });

  /** Sends pictures and sound in real time until the test ends. */
  function play(picture: string, sound: string | null, options: { codec?: string[]; gop?: number } = {}): void {
    const { codec = H264, gop = 30 } = options;
    const child = spawn(
      ffmpeg,
      [
        ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-re', '-f', 'lavfi', '-i', picture],
        ...(sound === null ? [] : ['-re', '-f', 'lavfi', '-i', sound, '-c:a', 'aac', '-b:a', '128k']),
        ...['-c:v', ...codec, '-g', String(gop), '-b:v', '700k', '-f', 'mpegts', 'pipe:1'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    senders.push(child);
    child.stdout.on('data', (chunk: Buffer) => source.push(chunk));
  }

  const report = () => analyser.report()!;
  const seen = (what: string, condition: (found: SourceAnalysis) => boolean) =>
    until(what, () => condition(report()) && report(), 30_000);
  const hasBoth = ({ picture, sound }: SourceAnalysis) => picture !== undefined && sound !== undefined;

  it('a moving picture with a sine is neither black, frozen nor silent, and has the loudness of the sine', async () => {
    play(MOVING, SINE);
    const began = Date.now();
    await seen('figures', hasBoth);
    await seen('four seconds of figures', () => Date.now() - began > 6_000);
    const { state, picture, sound } = report();
    expect(state).toBe('running');
    expect(picture).toEqual({ blackSinceMs: null, frozenSinceMs: null });
    expect(sound!.silentSinceMs).toBeNull();
    expect(sound!.momentaryLufs).toBeGreaterThan(-20.5);
    expect(sound!.momentaryLufs).toBeLessThan(-19.5);
    expect(sound!.integratedLufs).toBeGreaterThan(-20.5);
    expect(sound!.integratedLufs).toBeLessThan(-19.5);
    expect(sound!.truePeakDbtp).toBeGreaterThan(-20.5);
    expect(sound!.truePeakDbtp).toBeLessThan(-19);
    expect(sound!.channelPeaksDbfs).toHaveLength(2);
    for (const peak of sound!.channelPeaksDbfs) expect(Math.abs(peak! + 20)).toBeLessThan(1);
  });

  it('a black picture is black since it arrived', async () => {
    const began = Date.now();
    play(BLACK, SINE);
    const { picture } = await seen('black', (found) => found.picture?.blackSinceMs != null);
    expect(picture!.blackSinceMs).toBeGreaterThanOrEqual(began);
    expect(picture!.blackSinceMs).toBeLessThanOrEqual(Date.now());
  });

  it('a picture that stands still is frozen and not black', async () => {
    play(STILL, SINE);
    const { picture } = await seen('frozen', (found) => found.picture?.frozenSinceMs != null);
    expect(picture!.blackSinceMs).toBeNull();
    expect(Date.now() - picture!.frozenSinceMs!).toBeGreaterThan(500);
  });

  it('silence is silent, without a loudness and without a peak', async () => {
    play(MOVING, SILENCE);
    const { sound } = await seen('silence', (found) => found.sound?.silentSinceMs != null);
    expect(sound).toMatchObject({ momentaryLufs: null, integratedLufs: null, truePeakDbtp: null });
  });

  it('a source without sound has a picture and no figures of sound', async () => {
    play(MOVING, null);
    await seen('a picture', ({ picture }) => picture !== undefined);
    expect(report().sound).toBeUndefined();
  });

  it('a picture is known long before the next keyframe', async () => {
    play(BLACK, SINE, { gop: 9_000 });
    const { picture } = await seen('black', (found) => found.picture?.blackSinceMs != null);
    expect(picture!.frozenSinceMs).toBeNull();
  });

  it('a source of HEVC is analysed', async () => {
    const codec = [
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'log-level=none:keyint=30',
      '-pix_fmt',
      'yuv420p',
    ];
    play(BLACK, SILENCE, { codec });
    await seen('black', (found) => found.picture?.blackSinceMs != null);
    expect((await seen('silence', (found) => found.sound?.silentSinceMs != null)).state).toBe('running');
  });

  it('figures are absent after the analyser was killed, and come back by themselves', async () => {
    play(BLACK, SINE);
    await seen('figures', hasBoth);
    for (const pid of running) process.kill(pid, 'SIGKILL');
    const { state, picture, sound } = await seen('the end', (found) => found.state !== 'running');
    expect([state, picture, sound]).toEqual(['ended', undefined, undefined]);
    await seen('figures again', (found) => found.state === 'running' && hasBoth(found));
  });

  it('an analyser that hangs is bounded, counts as behind, and does not delay the source', async () => {
    play(MOVING, SINE);
    await seen('figures', hasBoth);
    for (const pid of running) process.kill(pid, 'SIGSTOP');
    let frames = 0;
    source.program.subscribe({ onFormat: () => {}, onFrame: () => (frames += 1), onSourceLost: () => {} });
    // Step by step, because a gap in the feed counts as a pause of the source.
    const { state, picture, sound } = await seen('behind', (found) => {
      skippedMs += 200;
      return found.state !== 'running';
    });
    expect([state, picture, sound]).toEqual(['behind', undefined, undefined]);
    expect(frames).toBeGreaterThan(30);
    await seen('figures again', (found) => found.state === 'running' && hasBoth(found));
  });

  it('an ffmpeg without a filter, and a missing one, leave every figure unknown', async () => {
    await analyser.close();
    const lacking = join(directory, 'lacking');
    writeFileSync(lacking, '#!/bin/sh\necho "No such filter: \'ebur128\'" >&2\nexit 1\n');
    chmodSync(lacking, 0o755);
    analyser = makeAnalyser(lacking);
    analyser.start();
    play(MOVING, SINE);
    expect(await seen('the end', ({ state }) => state !== 'waiting')).toEqual({ state: 'unsupported' });
    await analyser.close();
    analyser = makeAnalyser(join(directory, 'missing'));
    analyser.start();
    expect(await seen('the end', ({ state }) => state !== 'waiting')).toEqual({ state: 'ended' });
  });

  it('a lost connection ends the analyser, and a stopped one reports nothing', async () => {
    play(MOVING, SINE);
    await seen('figures', hasBoth);
    senders.splice(0).forEach((sender) => sender.kill('SIGKILL'));
    analyser.sourceLost();
    expect(report()).toEqual({ state: 'waiting' });
    await until('the end of its process', () => running.size === 0);
    analyser.stop();
    expect(analyser.report()).toBeUndefined();
  });
});
