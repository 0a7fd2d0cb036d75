import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Clock } from '../../clock.ts';
import { silentLogger } from './engine-logger.ts';
import { createFlvReader, type FlvTag } from './flv-reader.ts';
import type { Frame, ProgramFormat } from './program.ts';
import { createSourceProgram, type SourceProgram } from './source-program.ts';
import { findTestFfmpeg, makeTemporaryDirectory, makeTransportStream } from './test-media.ts';

const ffmpeg = findTestFfmpeg();

function makeClock(): Clock & { advance(ms: number): void } {
  let nowMs = 1_000_000;
  return {
    now: () => nowMs,
    after: () => () => {},
    advance(ms) {
      nowMs += ms;
    },
  };
}

function record(clock: Clock = makeClock()): { source: SourceProgram; frames: Frame[]; formats: ProgramFormat[] } {
  const source = createSourceProgram({ clock, logger: silentLogger, onStreams() {} });
  const frames: Frame[] = [];
  const formats: ProgramFormat[] = [];
  source.program.subscribe({
    onFormat: (format) => formats.push(format),
    onFrame: (frame) => frames.push(frame),
    onSourceLost() {},
  });
  return { source, frames, formats };
}

function pushInPieces(source: SourceProgram, stream: Buffer, pieceBytes: number): void {
  for (let at = 0; at < stream.length; at += pieceBytes) source.push(stream.subarray(at, at + pieceBytes));
}

function readFlv(data: Buffer): FlvTag[] {
  const tags: FlvTag[] = [];
  createFlvReader((tag) => tags.push(tag))(data);
  return tags;
}

describe.skipIf(!ffmpeg)('the source program', () => {
  let directory: string;
  let stream: Buffer;
  let remuxed: FlvTag[];

  beforeAll(() => {
    directory = makeTemporaryDirectory();
    const path = makeTransportStream(ffmpeg!, join(directory, 'source.ts'), { seconds: 6 });
    stream = readFileSync(path);
    remuxed = readFlv(
      execFileSync(ffmpeg!, ['-hide_banner', '-loglevel', 'error', '-i', path, '-c', 'copy', '-f', 'flv', 'pipe:1'], {
        maxBuffer: 2 ** 26,
      }),
    );
  }, 60_000);

  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each([188 * 7, 1_000, 65_536])(
    'makes the same frames as ffmpeg remuxing to FLV, whatever the chunks (%i bytes)',
    (pieceBytes) => {
      const { source, frames, formats } = record();
      pushInPieces(source, stream, pieceBytes);
      for (const kind of ['video', 'audio'] as const) {
        const expected = remuxed.filter((tag) => tag.kind === kind && tag.body[1] === 1);
        const made = frames.filter((frame) => frame.kind === kind);
        // The last picture has no end yet, and audio before the first keyframe is left out.
        expect(made.length).toBeGreaterThan(expected.length - 4);
        const skipped = kind === 'audio' ? expected.findIndex((tag) => tag.body.equals(made[0]!.flvBody)) : 0;
        expect(skipped).toBeGreaterThanOrEqual(0);
        const firstMs = made[0]!.dtsMs - expected[skipped]!.timestampMs;
        made.forEach((frame, index) => {
          const tag = expected[index + skipped]!;
          expect(
            frame.flvBody.subarray(kind === 'video' ? 5 : 2).equals(tag.body.subarray(kind === 'video' ? 5 : 2)),
          ).toBe(true);
          expect(Math.abs(frame.dtsMs - firstMs - tag.timestampMs)).toBeLessThanOrEqual(1);
          expect(frame.flvBody[0]).toBe(tag.body[0]);
          const expectedOffsetMs = kind === 'video' ? tag.body.readIntBE(2, 3) : 0;
          expect(Math.abs(frame.compositionOffsetMs - expectedOffsetMs)).toBeLessThanOrEqual(1);
        });
      }
      expect(formats).toHaveLength(1);
      expect(formats[0]!.video!.avcConfiguration).toEqual(
        remuxed.find((tag) => tag.kind === 'video')!.body.subarray(5),
      );
      expect(formats[0]!.audio!.specificConfig).toEqual(
        remuxed.find((tag) => tag.kind === 'audio' && tag.body[1] === 0 && tag.body.length > 2)!.body.subarray(2, 4),
      );
      expect(source.continuityErrors()).toBe(0);
    },
  );

  it('reads size, rate, profile and keyframe distance', () => {
    const { source, formats } = record();
    pushInPieces(source, stream, 1_316);
    expect(formats[0]!.video).toMatchObject({ width: 640, height: 360, framesPerSecond: 30 });
    expect(formats[0]!.audio).toMatchObject({ sampleRateHz: 48_000, channels: 2 });
    expect(source.describe()).toMatchObject({
      video: { codec: 'h264', profile: 'main', framesPerSecond: 30, gopSeconds: 1 },
      audio: { codec: 'aac' },
    });
    expect(source.measurement().settled).toBe(true);
    expect(source.measurement().videoBitrateBps).toBeGreaterThan(300_000);
  });

  it('goes on by the wall-clock gap when the source starts again, and never backwards', () => {
    const clock = makeClock();
    const { source, frames, formats } = record(clock);
    // Short of the span a jump would be recognised by: only the restart tells.
    pushInPieces(source, stream.subarray(0, Math.floor(stream.length / 188 / 2) * 188), 1_316);
    const before = frames.length;
    const lastMs = Math.max(...frames.map((frame) => frame.dtsMs));
    source.restart();
    clock.advance(5_000);
    pushInPieces(source, stream, 1_316);
    const resumed = frames.slice(before);
    expect(resumed.length).toBeGreaterThan(100);
    expect(resumed[0]!.keyframe).toBe(true);
    expect(resumed[0]!.dtsMs).toBeGreaterThanOrEqual(lastMs + 5_000);
    expect(resumed[0]!.dtsMs).toBeLessThan(lastMs + 5_200);
    for (const kind of ['video', 'audio']) {
      const times = frames.filter((frame) => frame.kind === kind).map((frame) => frame.dtsMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
    expect(formats).toHaveLength(1);
  });

  it('counts lost packets and leaves out the pictures they belonged to', () => {
    const { source, frames } = record();
    const whole = record();
    pushInPieces(whole.source, stream, 1_316);
    const hole = Math.floor(stream.length / 188 / 2) * 188;
    pushInPieces(source, Buffer.concat([stream.subarray(0, hole), stream.subarray(hole + 188 * 3)]), 1_316);
    expect(source.continuityErrors()).toBeGreaterThan(0);
    expect(frames.length).toBeLessThan(whole.frames.length);
    // One audio packet holds several access units.
    expect(frames.length).toBeGreaterThan(whole.frames.length - 20);
    const bodies = new Set(whole.frames.map((frame) => frame.flvBody.subarray(5).toString('base64')));
    expect(
      frames.filter((frame) => frame.kind === 'video' && !bodies.has(frame.flvBody.subarray(5).toString('base64'))),
    ).toEqual([]);
  });

  it('gives the group of pictures under way to one who joins late', () => {
    const { source } = record();
    pushInPieces(source, stream, 1_316);
    const late: Frame[] = [];
    let format: ProgramFormat | null = null;
    source.program.subscribe({
      onFormat: (next) => {
        format = next;
      },
      onFrame(frame) {
        expect(format).not.toBeNull();
        late.push(frame);
      },
      onSourceLost() {},
    });
    expect(late[0]).toMatchObject({ kind: 'video', keyframe: true });
    expect(late.length).toBeGreaterThan(10);
    expect(late.filter((frame) => frame.keyframe)).toHaveLength(1);
  });

  it('hands encoders whole packets that begin with the tables and a keyframe', () => {
    const { source } = record();
    pushInPieces(source, stream.subarray(0, Math.floor(stream.length / 2)), 1_000);
    const tapped: Buffer[] = [];
    source.tap({ onBytes: (bytes) => tapped.push(Buffer.from(bytes)) });
    pushInPieces(source, stream.subarray(Math.floor(stream.length / 2)), 1_000);
    const second = record();
    pushInPieces(second.source, Buffer.concat(tapped), 1_316);
    expect(second.frames[0]).toMatchObject({ kind: 'video', keyframe: true });
    expect(second.source.continuityErrors()).toBe(0);
  });

  it('survives any damage to the stream', () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 30; round += 1) {
      const damaged = Buffer.from(stream.subarray(0, 120_000));
      for (let hit = 0; hit < 400; hit += 1) damaged[random(damaged.length)] = random(256);
      // Headers are where the lengths are.
      for (let packet = 0; packet < damaged.length; packet += 188 * (1 + random(6)))
        damaged[packet + 1 + random(24)] = random(256);
      const { source, frames } = record();
      expect(() => pushInPieces(source, damaged, 1_316)).not.toThrow();
      pushInPieces(source, stream, 1_316);
      expect(frames.length).toBeGreaterThan(300);
    }
  });

  it('keeps serving others when one subscriber throws', () => {
    const { source, frames } = record();
    source.program.subscribe({
      onFormat() {},
      onFrame() {
        throw new Error('broken output');
      },
      onSourceLost() {},
    });
    const healthy: Frame[] = [];
    source.program.subscribe({ onFormat() {}, onFrame: (frame) => healthy.push(frame), onSourceLost() {} });
    pushInPieces(source, stream, 1_316);
    expect(healthy.length).toBe(frames.length);
  });
});
