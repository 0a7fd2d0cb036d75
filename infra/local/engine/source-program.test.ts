import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Clock } from '../host/clock.ts';
import { silentLogger } from './engine-logger.ts';
import { createFlvReader, type FlvTag } from './flv-reader.ts';
import type { Frame, ProgramFormat } from './program.ts';
import { createSourceProgram, type SourceProgram } from './source-program.ts';
import { PACKET_BYTES } from './transport-stream/demuxer.ts';
import { readAvcConfiguration, readPictureParameterIds } from './transport-stream/h264.ts';
import { readPacket } from './transport-stream/packet.ts';
import { readTime, writeTime } from './transport-stream/pes-time.ts';
import { computeSectionCrc } from './transport-stream/section-crc.ts';
import { decideCopy } from './copy-decision.ts';
import {
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  makeTransportStream,
} from '../../../test/support/test-media.ts';

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

const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const PMT_PID = 0x1000;
const RANDOM_ACCESS = 0x40;

/** Applies `change` to every transport packet; false removes the packet. */
function changePackets(stream: Buffer, change: (packet: Buffer, pid: number) => boolean | void): Buffer {
  const packets: Buffer[] = [];
  for (let at = 0; at + PACKET_BYTES <= stream.length; at += PACKET_BYTES) {
    const packet = Buffer.from(stream.subarray(at, at + PACKET_BYTES));
    if (change(packet, packet.readUInt16BE(1) & 0x1fff) !== false) packets.push(packet);
  }
  return Buffer.concat(packets);
}

/** Replaces an entry of the PMT. */
function changeEntry(stream: Buffer, from: number[], to: number[]): Buffer {
  return changePackets(stream, (packet, pid) => {
    const at = packet.indexOf(Buffer.from(from));
    if (pid !== PMT_PID || at < 0) return;
    packet.set(to, at);
    const section = packet.subarray(5, 8 + (packet.readUInt16BE(6) & 0x0fff));
    section.writeUInt32BE(computeSectionCrc(section.subarray(0, -4)), section.length - 4);
  });
}

const VIDEO_ENTRY = [0x1b, 0xe1, 0];
const AUDIO_ENTRY = [0x0f, 0xe1, 1];

function changeType(stream: Buffer, entry: number[], type: number): Buffer {
  return changeEntry(stream, entry, [type, ...entry.slice(1)]);
}

/** Replaces the first byte of every NAL unit that starts with `from`. */
function changeUnits(stream: Buffer, from: number[], to: number[]): Buffer {
  const changed = Buffer.from(stream);
  const wanted = Buffer.from([0, 0, 1, ...from]);
  for (let at = changed.indexOf(wanted); at >= 0; at = changed.indexOf(wanted, at + 3)) changed.set(to, at + 3);
  return changed;
}

function recordTap(source: SourceProgram): boolean[] {
  const starts: boolean[] = [];
  source.tap({ onBytes: (_bytes, start) => start && starts.push(start.hasSound) });
  return starts;
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
    'produces the same frames as ffmpeg remuxing to FLV, for any chunk size (%i bytes)',
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
      video: { codec: 'h264', coding: { profileIdc: 77 }, framesPerSecond: 30, gopSeconds: 1 },
      audioTracks: [{ pid: expect.any(Number), codec: 'aac' }],
    });
    expect(source.measurement().settled).toBe(true);
    expect(source.measurement().videoBitrateBps).toBeGreaterThan(300_000);
  });

  it('continues by the wall-clock gap when the source restarts, and never backwards', () => {
    const clock = makeClock();
    const { source, frames, formats } = record(clock);
    // Too short to be recognized as a jump: only the restart shows it.
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

  it.each([
    ['by less than a frame, as two encoders differ', 2_085],
    ['by many frames', 27_000],
  ])('gives no two frames of a kind the same millisecond when the sound steps back %s', (_, ticks) => {
    let packets = 0;
    const steppedBack = changePackets(stream, (packet, pid) => {
      const { payload, starts } = readPacket(packet);
      if (pid !== AUDIO_PID || !starts) return;
      packets += 1;
      if (packets > 10) writeTime(payload, 9, 2, readTime(payload, 9) - ticks);
    });
    const { source, frames } = record();
    pushInPieces(source, steppedBack, 1_316);
    expect(packets).toBeGreaterThan(12);
    for (const kind of ['video', 'audio']) {
      const times = frames.filter((frame) => frame.kind === kind).map((frame) => frame.dtsMs);
      expect(times.length).toBeGreaterThan(50);
      expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    }
  });

  it('counts lost packets and drops their pictures', () => {
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

  it('delivers the current group of pictures to a late subscriber', () => {
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

  it('passes whole packets to encoders, starting with the tables and a keyframe', () => {
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

  it('starts at marked pictures with parameter sets when there is no IDR picture, as with open groups of pictures', () => {
    const { source, frames } = record();
    const plain = record();
    pushInPieces(plain.source, stream, 1_316);
    const keyframes = plain.frames.filter((frame) => frame.keyframe).length;
    pushInPieces(source, changeUnits(stream, [0x65], [0x61]), 1_316);
    expect(frames.filter((frame) => frame.keyframe)).toHaveLength(keyframes);
    expect(source.newestKeyframe()).not.toBeNull();
  });

  it('does not treat every picture as a keyframe when the muxer marks them all', () => {
    const { source, frames } = record();
    const marked = changePackets(stream, (packet) => {
      if ((packet[3]! & 0x20) !== 0 && packet[4]! > 0) packet[5] = packet[5]! | RANDOM_ACCESS;
    });
    pushInPieces(source, marked, 1_316);
    const plain = record();
    pushInPieces(plain.source, stream, 1_316);
    expect(frames.filter((frame) => frame.keyframe)).toHaveLength(
      plain.frames.filter((frame) => frame.keyframe).length,
    );
  });

  it('recognizes the start of an unmarked group of MPEG-2 pictures by its header', () => {
    const { source } = record();
    const unmarked = changePackets(changeUnits(stream, [0x65], [0xb3]), (packet) => {
      if ((packet[3]! & 0x20) !== 0 && packet[4]! > 0) packet[5] = packet[5]! & ~RANDOM_ACCESS;
    });
    pushInPieces(source, changeType(unmarked, VIDEO_ENTRY, 0x02), 1_316);
    expect(source.newestKeyframe()).not.toBeNull();
    expect(source.measurement().gopSeconds).toBeCloseTo(1, 1);
  });

  it('accepts parameter sets with any id', () => {
    const { source, formats, frames } = record();
    const codec = ['libx264', '-preset', 'ultrafast', '-x264-params', 'sps-id=3'];
    const path = makeTransportStream(ffmpeg!, join(directory, 'numbered.ts'), { seconds: 2, videoCodec: codec });
    pushInPieces(source, readFileSync(path), 1_316);
    expect(formats).toHaveLength(1);
    const { pps } = readAvcConfiguration(formats[0]!.video!.avcConfiguration);
    expect(readPictureParameterIds(pps[0]!)).toEqual({ id: 3, sequenceId: 3 });
    expect(frames.filter(({ kind }) => kind === 'video').length).toBeGreaterThan(55);
  });

  it('starts encoders without sound that is named but missing, and restarts them when it arrives', () => {
    const clock = makeClock();
    const { source } = record(clock);
    const starts = recordTap(source);
    const silent = changePackets(stream, (_packet, pid) => pid !== AUDIO_PID);
    pushInPieces(source, silent.subarray(0, PACKET_BYTES * 200), 1_316);
    expect(starts).toEqual([]);
    clock.advance(2_000);
    pushInPieces(source, silent.subarray(PACKET_BYTES * 200), 1_316);
    expect(starts).toEqual([false]);
    pushInPieces(source, stream, 1_316);
    expect(starts).toEqual([false, true]);
    // Sound that stops later does not disturb running encoders; an encoder that joins then starts without it.
    clock.advance(4_000);
    pushInPieces(source, silent, 1_316);
    expect(starts).toEqual([false, true]);
    expect(recordTap(source)).toEqual([false]);
  });

  it('restarts encoders at a keyframe when the codec changes during a connection', () => {
    const { source } = record();
    const starts: number[] = [];
    source.tap({ onBytes: (_bytes, start) => start && starts.push(start.keyframeDtsMs) });
    pushInPieces(source, stream, 1_316);
    expect(starts).toHaveLength(1);
    const hevc = changeType(stream, VIDEO_ENTRY, 0x24);
    pushInPieces(
      source,
      changePackets(hevc, (_packet, pid) => pid === 0 || pid === PMT_PID),
      1_316,
    );
    expect(starts).toHaveLength(1);
    expect(source.newestKeyframe()).toBeNull();
    pushInPieces(source, hevc, 1_316);
    expect(starts).toHaveLength(2);
    expect(starts[1]).toBeGreaterThan(starts[0]! + 5_000);
  });

  it('announces the end of the sound', () => {
    const { source, formats } = record();
    pushInPieces(source, stream, 1_316);
    source.restart();
    pushInPieces(source, changeType(stream, AUDIO_ENTRY, 0x7f), 1_316);
    expect(formats.map(({ audio }) => audio !== null)).toEqual([true, false]);
  });

  it('reports that no picture is arriving, and does not describe an unseen source', () => {
    const clock = makeClock();
    const { source } = record(clock);
    pushInPieces(source, stream, 1_316);
    clock.advance(2_500);
    pushInPieces(
      source,
      changePackets(stream, (_packet, pid) => pid !== VIDEO_PID),
      1_316,
    );
    expect(source.describe().video?.framesPerSecond).toBe(0);
    source.restart();
    source.push(Buffer.alloc(20_000, 'this is no transport stream'));
    expect(source.describe()).toEqual({});
  });

  /** Counts the pictures ffmpeg decodes from the data passed to an encoder or the thumbnail. */
  function countDecoded(transportStream: Buffer): number {
    const decoded = execFileSync(
      ffmpeg!,
      [
        ...['-hide_banner', '-loglevel', 'quiet', '-f', 'mpegts', '-i', 'pipe:0', '-map', '0:v:0'],
        ...['-vf', 'scale=2:2,format=gray', '-f', 'rawvideo', 'pipe:1'],
      ],
      { input: transportStream, maxBuffer: 2 ** 26 },
    );
    return decoded.length / 4;
  }

  it.each([
    ['H.264', ['libx264', '-preset', 'ultrafast', '-sc_threshold', '0'], [[0x67], [0x68]], 0x7e],
    ['HEVC', ['libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'], [[0x40], [0x42], [0x44]], 0x52],
    ['MPEG-2', ['mpeg2video'], [[0xb3]], 0xb2],
  ])('provides late decoders with headers that a source of %s has sent once', (_name, videoCodec, headers, other) => {
    const path = makeTransportStream(ffmpeg!, join(directory, 'once.ts'), {
      seconds: 4,
      size: '320x180',
      videoCodec,
    });
    const whole = readFileSync(path);
    const begin = Math.floor(whole.length / 188 / 4) * 188;
    let later: Buffer = whole.subarray(begin);
    for (const header of headers) later = changeUnits(later, header, [other]);
    const half = Math.floor(later.length / 188 / 2) * 188;
    const { source } = record();
    pushInPieces(source, Buffer.concat([whole.subarray(0, begin), later.subarray(0, half)]), 1_316);
    const tapped: Buffer[] = [];
    source.tap({ onBytes: (bytes) => tapped.push(Buffer.from(bytes)) });
    const picture = source.newestKeyframe()!;
    pushInPieces(source, later.subarray(half), 1_316);
    expect(countDecoded(picture)).toBeGreaterThan(0);
    expect(countDecoded(Buffer.concat(tapped))).toBeGreaterThan(30);
    expect(record().source.newestKeyframe()).toBeNull();
  });

  it('loses no picture when the sound moves to another PID, and no sound when the picture does', () => {
    const half = Math.floor(stream.length / 188 / 2) * 188;
    for (const [from, entry] of [
      [AUDIO_PID, AUDIO_ENTRY],
      [VIDEO_PID, VIDEO_ENTRY],
    ] as const) {
      const plain = record();
      pushInPieces(plain.source, stream, 1_316);
      const { source, frames, formats } = record();
      const moved = changePackets(stream.subarray(half), (packet, pid) => {
        if (pid === from) packet.writeUInt16BE((packet.readUInt16BE(1) & 0xe000) | 0x1aa, 1);
      });
      pushInPieces(source, stream.subarray(0, half), 1_316);
      pushInPieces(source, changeEntry(moved, [...entry], [entry[0]!, 0xe1, 0xaa]), 1_316);
      const count = (list: Frame[], kind: string) => list.filter((frame) => frame.kind === kind).length;
      const kept = from === AUDIO_PID ? 'video' : 'audio';
      expect(count(frames, kept)).toBe(count(plain.frames, kept));
      const other = kept === 'video' ? 'audio' : 'video';
      expect(count(frames, other)).toBeGreaterThan(count(plain.frames, other) - 35);
      expect(formats).toHaveLength(1);
    }
  });

  it('keeps sending pictures when sound is added in the middle of a group', () => {
    const half = Math.floor(stream.length / 188 / 2) * 188;
    const plain = record();
    pushInPieces(plain.source, stream, 1_316);
    const { source, frames, formats } = record();
    pushInPieces(source, changeType(stream.subarray(0, half), AUDIO_ENTRY, 0x7f), 1_316);
    pushInPieces(source, stream.subarray(half), 1_316);
    const pictures = (list: Frame[]) => list.filter(({ kind }) => kind === 'video').length;
    expect(pictures(frames)).toBe(pictures(plain.frames));
    expect(formats.map(({ audio }) => audio !== null)).toEqual([false, true]);
  });

  it('forgets the previous sender even if the next one sends no keyframe', () => {
    const { source, frames } = record();
    pushInPieces(source, stream, 1_316);
    source.restart();
    const before = frames.length;
    pushInPieces(source, changeUnits(changeUnits(stream, [0x67], [0x7e]), [0x65], [0x7d]), 1_316);
    expect(frames).toHaveLength(before);
    expect(source.facts().video).toBeNull();
    const { video } = source.describe();
    expect(video).toMatchObject({ codec: 'h264', width: 0, height: 0 });
    expect(video).not.toHaveProperty('coding');
  });

  it.each([
    ['4:4:4', ['-pix_fmt', 'yuv444p'], { chromaFormatIdc: 3, profileIdc: 244, bitDepth: 8, isInterlaced: false }],
    ['4:2:2 in 10 bit', ['-pix_fmt', 'yuv422p10le'], { chromaFormatIdc: 2, profileIdc: 122, bitDepth: 10 }],
    ['fields', ['-flags', '+ilme+ildct', '-x264opts', 'tff=1'], { isInterlaced: true }],
    ['a high level', ['-level', '5.2'], { levelIdc: 52 }],
  ])('reads %s from x264 output, and does not copy it', (_name, options, expected) => {
    const videoCodec = ['libx264', '-preset', 'ultrafast', ...options];
    const path = makeTransportStream(ffmpeg!, join(directory, 'odd.ts'), { seconds: 3, videoCodec });
    const { source } = record();
    pushInPieces(source, readFileSync(path), 1_316);
    expect(source.describe().video).toMatchObject({ framesPerSecond: 30, coding: expected });
    const facts = { streams: source.streams(), ...source.facts(), measurement: source.measurement() };
    expect(decideCopy(facts, makeRendition({ h264Profile: 'high', width: 640, height: 360 }))).toBe('encode');
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
      // Lengths are in the headers.
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
