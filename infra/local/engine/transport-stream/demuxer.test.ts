import { expect, it } from 'vitest';

import { createTsMuxer } from '../hls/ts-muxer.ts';
import { makeVideoFrame } from '../../../../test/support/rtmp.ts';
import { SAMPLE_FORMAT } from '../../../../test/support/test-media.ts';
import { createDemuxer, PACKET_BYTES, type PesPacket, type ProgramStreams } from './demuxer.ts';
import { writeTables } from './table-writer.ts';

/** Builds a picture of one NAL unit with the given size. */
function makePicture(index: number, bytes: number) {
  const frame = makeVideoFrame(1_000 + index * 40, index === 0, bytes + 9);
  frame.flvBody.writeUInt32BE(bytes, 5);
  frame.flvBody.fill(0x41, 9);
  return frame;
}

function collect() {
  const packets: PesPacket[] = [];
  const demuxer = createDemuxer({ onPackets() {}, onStreams() {}, onPes: (packet) => packets.push(packet) });
  return { packets, demuxer };
}

function feed(demuxer: ReturnType<typeof createDemuxer>, count: number, bytes: (index: number) => number): void {
  const muxer = createTsMuxer();
  demuxer.push(muxer.tables(SAMPLE_FORMAT));
  for (let index = 0; index < count; index += 1)
    demuxer.push(muxer.packetize(makePicture(index, bytes(index)), SAMPLE_FORMAT));
}

/** Builds a PAT and a PMT with H.264 and one stream of private data per set of descriptors. */
function makePrivateTables(descriptors: number[], count = 1): Buffer[] {
  const sound = { streamType: 0x06, pid: 0x101, descriptors: Buffer.from(descriptors) };
  const video = { streamType: 0x1b, pid: 0x100 };
  return cut(
    writeTables(
      { pmtPid: PMT_PID, clockPid: 0x100, streams: [video, ...Array.from({ length: count }, () => sound)] },
      counting(),
    ),
  );
}

const PMT_PID = 0x1000;

function cut(stream: Buffer): Buffer[] {
  return Array.from({ length: stream.length / PACKET_BYTES }, (_, index) =>
    stream.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES),
  );
}

/** Continuity counters by PID. */
function counting(): (pid: number) => number {
  const counters = new Map<number, number>();
  return (pid) => {
    const counter = counters.get(pid) ?? 0;
    counters.set(pid, (counter + 1) & 15);
    return counter;
  };
}

function streamsOf(packets: Buffer[]): { found: ProgramStreams[]; demuxer: ReturnType<typeof createDemuxer> } {
  const found: ProgramStreams[] = [];
  const demuxer = createDemuxer({ onPackets() {}, onStreams: (streams) => found.push(streams), onPes() {} });
  for (const packet of packets) demuxer.push(packet);
  return { found, demuxer };
}

it('reads a table that spans several packets, and describes its output in a new one', () => {
  const packets = makePrivateTables([0x6a, 1, 0], 60);
  expect(packets).toHaveLength(4);
  const { found, demuxer } = streamsOf(packets);
  expect(found).toHaveLength(1);
  const again = streamsOf(cut(demuxer.tables()));
  expect(again.found).toMatchObject([{ video: { streamType: 0x1b }, audio: { streamType: 0x06 } }]);
});

it('does not join halves of two tables', () => {
  const packets = makePrivateTables([0x6a, 1, 0], 60);
  const [pat, first, second, third] = packets as [Buffer, Buffer, Buffer, Buffer];
  expect(streamsOf([pat, first, third]).found).toEqual([]);
  expect(streamsOf([pat, first, second, second, third]).found).toHaveLength(1);
  expect(streamsOf([pat, first, third, first, second, third]).found).toHaveLength(1);
});

it.each([
  ['AC-3 behind a language', [0x0a, 4, 0x64, 0x65, 0x75, 0, 0x6a, 1, 0], true],
  ['SMPTE ST 302', [0x05, 4, ...Buffer.from('BSSD')], true],
  ['Opus', [0x05, 4, ...Buffer.from('Opus')], true],
  ['metadata', [0x05, 4, ...Buffer.from('KLVA')], false],
  ['a descriptor that ends early', [0x05], false],
])('recognizes sound in private data by its descriptors: %s', (_name, descriptors, isAudio) => {
  const { found } = streamsOf(makePrivateTables(descriptors));
  expect(found).toHaveLength(1);
  expect(found[0]!.audio).toEqual(isAudio ? { pid: 257, streamType: 6 } : null);
});

it('emits a picture at once when the stream has shown that stuffing ends it', () => {
  const { packets, demuxer } = collect();
  feed(demuxer, 20, () => 700);
  expect(packets).toHaveLength(19);
  const trusting = collect();
  feed(trusting.demuxer, 40, () => 700);
  expect(trusting.packets).toHaveLength(40);
});

it('stops trusting stuffing that does not end a picture', () => {
  const { packets, demuxer } = collect();
  const muxer = createTsMuxer();
  demuxer.push(muxer.tables(SAMPLE_FORMAT));
  let shift = 0;
  // Like a muxer whose pictures end in stuffing, until from the 40th on more of the picture follows.
  for (let index = 0; index < 60; index += 1) {
    const picture = muxer.packetize(makePicture(index, 600), SAMPLE_FORMAT);
    for (let at = 0; at < picture.length; at += PACKET_BYTES)
      picture[at + 3] = (picture[at + 3]! & 0xf0) | ((picture[at + 3]! + shift) & 15);
    demuxer.push(picture);
    if (index < 40) continue;
    const more = Buffer.from(picture.subarray(picture.length - PACKET_BYTES));
    more[3] = (more[3]! & 0xf0) | ((more[3]! + 1) & 15);
    shift += 1;
    demuxer.push(more);
  }
  const sizes = packets.map((packet) => packet.data.length);
  expect(new Set(sizes.slice(1, 41)).size).toBe(1);
  // The first holds the parameter sets. The 40th came too early; from then on every picture is whole.
  expect(sizes.slice(41).every((size) => size > sizes[1]!)).toBe(true);
  expect(demuxer.continuityErrors()).toBe(0);
});

it('resynchronizes after garbage', () => {
  const { packets, demuxer } = collect();
  demuxer.push(Buffer.from('this is no transport stream, G whatever it may look like'.repeat(9)));
  feed(demuxer, 5, () => 300);
  expect(packets.length).toBeGreaterThanOrEqual(3);
});

it('reads PES times of 33 bits', () => {
  const { packets, demuxer } = collect();
  const muxer = createTsMuxer();
  demuxer.push(muxer.tables(SAMPLE_FORMAT));
  const lateMs = 95_000_000;
  for (const step of [0, 40, 80])
    demuxer.push(muxer.packetize({ ...makePicture(0, 200), dtsMs: lateMs + step }, SAMPLE_FORMAT));
  expect(packets[1]!.dts! - packets[0]!.dts!).toBe(3_600);
  expect(packets[0]!.dts).toBe((lateMs + 400) * 90);
});
