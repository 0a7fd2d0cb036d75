import { expect, it } from 'vitest';

import { createTsMuxer } from '../hls/ts-muxer.ts';
import { makeVideoFrame, SAMPLE_FORMAT } from '../rtmp/test-support.ts';
import { createDemuxer, PACKET_BYTES, type PesPacket } from './demuxer.ts';

/** A picture of one NAL unit with the given size. */
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
  for (let index = 0; index < count; index += 1) demuxer.push(muxer.packetize(makePicture(index, bytes(index)), SAMPLE_FORMAT));
}

it('gives a picture at once when the stream has shown that stuffing ends it', () => {
  const { packets, demuxer } = collect();
  feed(demuxer, 20, () => 700);
  expect(packets).toHaveLength(19);
  feed(demuxer, 20, () => 700);
  expect(packets.length).toBeGreaterThanOrEqual(40);
});

it('stops trusting stuffing that does not end a picture', () => {
  const { packets, demuxer } = collect();
  const muxer = createTsMuxer();
  demuxer.push(muxer.tables(SAMPLE_FORMAT));
  // The second half of every picture is put behind stuffing, in packets of its own.
  for (let index = 0; index < 60; index += 1) {
    const packet = muxer.packetize(makePicture(index, 600), SAMPLE_FORMAT);
    const continued = Buffer.from(packet.subarray(packet.length - PACKET_BYTES));
    continued[3] = (continued[3]! & 0xf0) | ((continued[3]! + 1) & 15);
    demuxer.push(packet);
    demuxer.push(continued);
    const skipped = muxer.packetize({ ...makePicture(index, 10), dtsMs: 1_000 + index * 40 + 20 }, SAMPLE_FORMAT);
    expect(skipped.length).toBe(PACKET_BYTES);
  }
  const sizes = new Set(packets.map((packet) => packet.data.length));
  expect(sizes.size).toBe(1);
  expect(demuxer.continuityErrors()).toBe(0);
});

it('finds its place again after garbage', () => {
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
  for (const step of [0, 40, 80]) demuxer.push(muxer.packetize({ ...makePicture(0, 200), dtsMs: lateMs + step }, SAMPLE_FORMAT));
  expect(packets[1]!.dts! - packets[0]!.dts!).toBe(3_600);
  expect(packets[0]!.dts).toBe((lateMs + 400) * 90);
});
