import { expect, it } from 'vitest';

import { createTsMuxer } from '../hls/ts-muxer.ts';
import { makeVideoFrame } from '../rtmp/test-support.ts';
import { SAMPLE_FORMAT } from '../test-media.ts';
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
  for (let index = 0; index < count; index += 1)
    demuxer.push(muxer.packetize(makePicture(index, bytes(index)), SAMPLE_FORMAT));
}

it('gives a picture at once when the stream has shown that stuffing ends it', () => {
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
  for (const step of [0, 40, 80])
    demuxer.push(muxer.packetize({ ...makePicture(0, 200), dtsMs: lateMs + step }, SAMPLE_FORMAT));
  expect(packets[1]!.dts! - packets[0]!.dts!).toBe(3_600);
  expect(packets[0]!.dts).toBe((lateMs + 400) * 90);
});
