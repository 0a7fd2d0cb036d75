import { describe, expect, it } from 'vitest';

import { createSrtLineMeter, readDataPacket, readRoundTrip } from './srt-line-meter.ts';

/** Builds a packet in the layout of draft-sharabayko-srt-01, from 32-bit words. */
function makePacket(...words: number[]): Buffer {
  const packet = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) packet.writeUInt32BE(word, index * 4);
  return packet;
}

const FULL_ACKNOWLEDGEMENT = [0x80020000, 7, 1_000, 42, 1_234, 38_500, 2_000, 8_000, 400, 9_000, 50_000];

describe('reading SRT headers', () => {
  it.each([
    ['a data packet', makePacket(1_234, 0xc0000001, 0, 42, 0), { sequenceNumber: 1_234, isRetransmitted: false }],
    ['one sent again', makePacket(1_234, 0xc4000001, 0, 42, 0), { sequenceNumber: 1_234, isRetransmitted: true }],
    ['one with an odd key', makePacket(5, 0xc8000001, 0, 42, 0), { sequenceNumber: 5, isRetransmitted: false }],
    ['the last number', makePacket(0x7fffffff, 0, 0, 42), { sequenceNumber: 0x7fffffff, isRetransmitted: false }],
    ['a control packet', makePacket(...FULL_ACKNOWLEDGEMENT), null],
    ['less than a header', makePacket(1, 2, 3), null],
    ['nothing', Buffer.alloc(0), null],
  ])('recognizes %s', (_name, packet, expected) => {
    expect(readDataPacket(packet)).toEqual(expected);
  });

  it.each([
    ['a full acknowledgement', makePacket(...FULL_ACKNOWLEDGEMENT), 38.5],
    ['a light one', makePacket(0x80020000, 0, 1_000, 42, 1_234), null],
    ['a keep-alive', makePacket(0x80010000, 0, 1_000, 42, 0, 0), null],
    ['data', makePacket(0x00020000, 0, 1_000, 42, 1_234, 38_500), null],
    ['nothing', Buffer.alloc(0), null],
  ])('finds the round trip in %s', (_name, packet, expected) => {
    expect(readRoundTrip(packet)).toBe(expected);
  });
});

describe('a line', () => {
  function makeLine() {
    let nowMs = 0;
    const meter = createSrtLineMeter({ now: () => nowMs, after: () => () => {} });
    return {
      pass: (ms: number) => (nowMs += ms),
      send: (...numbers: number[]) =>
        numbers.forEach((sequenceNumber) => meter.received({ sequenceNumber, isRetransmitted: false })),
      sendAgain: (sequenceNumber: number) => meter.received({ sequenceNumber, isRetransmitted: true }),
      acknowledge: meter.acknowledged,
      read: meter.read,
    };
  }

  it('is unknown before the first packet', () => {
    expect(makeLine().read()).toEqual({});
  });

  it('counts missing packets as lost, retransmitted or not', () => {
    const line = makeLine();
    line.send(1, 2, 4, 5, 7, 8, 9, 10);
    line.acknowledge(38.5);
    expect(line.read()).toEqual({ packetLossPercent: 20, roundTripMs: 38.5 });
    line.sendAgain(3);
    line.sendAgain(6);
    expect(line.read().packetLossPercent).toBe(20);
  });

  it('has the jitter of a round trip that varies, and none of one that is steady', () => {
    const line = makeLine();
    line.send(1, 2, 3);
    line.acknowledge(40);
    expect(line.read().jitterMs).toBeUndefined();
    for (let count = 0; count < 100; count++) line.acknowledge(40);
    expect(line.read().jitterMs).toBe(0);
    for (let count = 0; count < 100; count++) line.acknowledge(count % 2 ? 40 : 100);
    expect(line.read().jitterMs).toBeGreaterThan(55);
    expect(line.read().jitterMs).toBeLessThanOrEqual(60);
  });

  it('has the jitter of RFC 3550: each difference counts for a sixteenth, from zero', () => {
    const line = makeLine();
    line.send(1);
    line.acknowledge(40);
    line.acknowledge(72);
    expect(line.read().jitterMs).toBe(2);
    line.acknowledge(40);
    expect(line.read().jitterMs).toBe(3.875);
  });

  it('counts a packet as lost when only its retransmission arrives', () => {
    const line = makeLine();
    line.send(1, 2, 3);
    line.sendAgain(4);
    expect(line.read().packetLossPercent).toBe(25);
  });

  it('does not count a reordered packet as lost', () => {
    const line = makeLine();
    line.send(1, 3, 2, 4);
    expect(line.read().packetLossPercent).toBe(0);
  });

  it('does not take a packet that arrives twice for the return of a lost one', () => {
    const line = makeLine();
    line.send(1, 3, 3);
    expect(line.read().packetLossPercent).toBeCloseTo(100 / 3);
  });

  it('continues where the numbers wrap around', () => {
    const line = makeLine();
    line.send(0x7ffffffd, 0x7fffffff, 0, 1);
    expect(line.read().packetLossPercent).toBe(20);
  });

  it('does not count the restart of a stream as loss', () => {
    const line = makeLine();
    line.send(1, 2, 1_000_000, 1_000_001);
    expect(line.read().packetLossPercent).toBe(0);
  });

  it('forgets after five seconds, and is unknown while no packet arrives', () => {
    const line = makeLine();
    line.send(1, 3);
    line.pass(3_000);
    line.send(4, 5);
    expect(line.read().packetLossPercent).toBe(20);
    line.pass(2_001);
    expect(line.read().packetLossPercent).toBe(0);
    line.pass(3_000);
    expect(line.read()).toEqual({});
  });
});
