import { describe, expect, it } from 'vitest';
import { nextMessage, readLossReport, sequenceDistance } from '../../../../functions/connect/srt/packets.ts';
import { createPayloadCutter } from './payload-cutter.ts';
import { createSendBuffer } from './send-buffer.ts';

const LAST = 0x7fff_ffff;

function filled(firstSequence = 10, count = 5) {
  const buffer = createSendBuffer(firstSequence, undefined);
  for (let index = 0; index < count; index += 1) {
    buffer.add(Buffer.alloc(100, index), { timestamp: index, nowMs: index * 10 });
  }
  return buffer;
}

describe('the send buffer', () => {
  it('forgets what the receiver has, and counts its bytes', () => {
    const buffer = filled();
    expect(buffer.acknowledge(12)).toBe(200);
    expect(buffer.acknowledge(12)).toBe(0);
    expect(buffer.acknowledge(11)).toBe(0);
    expect(buffer.size()).toBe(3);
  });

  it('ignores an acknowledgement of what was never sent', () => {
    const buffer = filled();
    expect(buffer.acknowledge(1_000)).toBe(0);
    expect(buffer.size()).toBe(5);
  });

  it('sends a lost range again, marked, and not twice within a round trip', () => {
    const buffer = filled();
    const { packets } = buffer.resend([11, 12], 100, 50);
    expect(packets.map(({ sequence, isRetransmitted }) => [sequence, isRetransmitted])).toEqual([
      [11, true],
      [12, true],
    ]);
    expect(buffer.resend([11, 13], 120, 50).packets.map(({ sequence }) => sequence)).toEqual([13]);
  });

  it('names the part of a lost range that it dropped', () => {
    const buffer = filled();
    expect(buffer.dropOlderThan(25)).toBe(3);
    expect(buffer.resend([11, 13], 100, 0)).toMatchObject({ packets: [{ sequence: 13 }], gone: [11, 12] });
    expect(buffer.resend([10, 11], 100, 0)).toEqual({ packets: [], gone: [10, 11] });
  });

  it('continues at zero after the last sequence number', () => {
    const buffer = filled(LAST - 1, 4);
    expect(buffer.resend([LAST, 0], 100, 0).packets.map(({ sequence }) => sequence)).toEqual([LAST, 0]);
    expect(buffer.acknowledge(1)).toBe(300);
  });

  it('sends the newest packet again while it has not arrived, because no loss behind it can be noticed', () => {
    const buffer = filled();
    expect(buffer.resendNewest(100)).toMatchObject({ sequence: 14, isRetransmitted: true });
    buffer.acknowledge(15);
    expect(buffer.resendNewest(200)).toBeNull();
  });

  it('drops the oldest packets beyond the receiver’s window', () => {
    const buffer = filled();
    expect(buffer.dropBeyond(2)).toBe(3);
    expect(buffer.resend([13, 14], 100, 0).packets).toHaveLength(2);
  });
});

it('reads a loss report of single packets and ranges, and stops where it is cut off', () => {
  const body = Buffer.alloc(16);
  body.writeUInt32BE(5, 0);
  body.writeUInt32BE((0x8000_0000 + 7) >>> 0, 4);
  body.writeUInt32BE(9, 8);
  body.writeUInt32BE((0x8000_0000 + 20) >>> 0, 12);
  expect(readLossReport(body)).toEqual([
    [5, 5],
    [7, 9],
  ]);
});

it('measures the distance of sequence numbers across zero', () => {
  expect([sequenceDistance(LAST, 1), sequenceDistance(1, LAST), nextMessage(0x03ff_ffff)]).toEqual([2, -2, 1]);
});

describe('the payload cutter', () => {
  const packet = (fill: number) => Buffer.concat([Buffer.from([0x47]), Buffer.alloc(187, fill)]);
  const stream = Buffer.concat(Array.from({ length: 20 }, (_, index) => packet(index)));

  it('cuts any chunks into payloads of seven packets', () => {
    const payloads: Buffer[] = [];
    const cutter = createPayloadCutter((payload) => payloads.push(Buffer.from(payload)));
    for (let offset = 0; offset < stream.length; offset += 501) cutter.push(stream.subarray(offset, offset + 501));
    expect(Buffer.concat(payloads)).toEqual(stream.subarray(0, 2 * 1316));
    expect(payloads.every(({ length }) => length === 1316)).toBe(true);
  });

  it('finds the packets after bytes that belong to none', () => {
    const payloads: Buffer[] = [];
    const cutter = createPayloadCutter((payload) => payloads.push(Buffer.from(payload)));
    cutter.push(Buffer.concat([Buffer.from([0x47, 1, 2]), stream]));
    expect(payloads[0]).toEqual(stream.subarray(0, 1316));
  });

  it('forgets half a packet of a connection that has ended', () => {
    const payloads: Buffer[] = [];
    const cutter = createPayloadCutter((payload) => payloads.push(Buffer.from(payload)));
    cutter.push(stream.subarray(0, 100));
    cutter.restart();
    cutter.push(stream);
    expect(payloads[0]).toEqual(stream.subarray(0, 1316));
  });
});
