import { expect, it } from 'vitest';

import { PACKET_BYTES } from './packet.ts';
import { computeSectionCrc } from './section-crc.ts';
import { createSectionReader, type Section } from './section-reader.ts';

/** Builds a section of any table with a body of `bytes` bytes. */
function makeSection(tableId: number, bytes: number, options: { isNext?: boolean; number?: number } = {}): Buffer {
  const section = Buffer.alloc(12 + bytes, tableId ^ 0x55);
  section.set([tableId, 0, 0, 0, 1, options.isNext ? 0xc0 : 0xc1, options.number ?? 0, 0]);
  section.writeUInt16BE(0xb000 | (section.length - 3), 1);
  section.writeUInt32BE(computeSectionCrc(section.subarray(0, -4)), section.length - 4);
  return section;
}

/** Builds the payloads of packets with these sections, one directly behind the other. */
function packPayloads(sections: Buffer[]): { payload: Buffer; starts: boolean }[] {
  const stream = Buffer.concat(sections);
  const begins = sections.map((_, index) => Buffer.concat(sections.slice(0, index)).length);
  const payloads: { payload: Buffer; starts: boolean }[] = [];
  for (let at = 0; at < stream.length;) {
    const room = PACKET_BYTES - 4;
    const begin = begins.find((each) => each >= at && each < at + room - 1);
    const starts = begin !== undefined;
    const data = stream.subarray(at, at + (starts ? room - 1 : room));
    const payload = Buffer.alloc(room, 0xff);
    Buffer.concat(starts ? [Buffer.of(begin - at), data] : [data]).copy(payload);
    payloads.push({ payload, starts });
    at += data.length;
  }
  return payloads;
}

function toPacket(payload: Buffer, counter: number): Buffer {
  return Buffer.concat([Buffer.from([0x47, 0, 0, 0x10 | (counter & 15)]), payload]);
}

function read(payloads: { payload: Buffer; starts: boolean }[], counterOf = (index: number) => index): Section[] {
  const found: Section[] = [];
  const take = createSectionReader((section) => found.push(section));
  payloads.forEach(({ payload, starts }, index) => take(toPacket(payload, counterOf(index)), payload, starts));
  return found;
}

it('reads sections that share packets and follow one another without a gap', () => {
  const sections = [10, 20, 400, 3, 183, 1_000, 170, 5].map((bytes, index) => makeSection(index + 1, bytes));
  const found = read(packPayloads(sections));
  expect(found.map(({ tableId }) => tableId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(found.map(({ body }) => body.length)).toEqual([10, 20, 400, 3, 183, 1_000, 170, 5]);
});

it('skips sections that are damaged or only announced', () => {
  const damaged = makeSection(3, 30);
  damaged[20]! ^= 1;
  const found = read(
    packPayloads([makeSection(1, 8), makeSection(2, 8, { isNext: true }), damaged, makeSection(4, 8)]),
  );
  expect(found.map(({ tableId }) => tableId)).toEqual([1, 4]);
});

it('continues behind a lost packet without joining halves of two sections', () => {
  const payloads = packPayloads([makeSection(1, 500), makeSection(2, 500), makeSection(3, 10)]);
  const lost = 1;
  const kept = payloads.filter((_, index) => index !== lost);
  const found = read(kept, (index) => (index >= lost ? index + 1 : index));
  expect(found.map(({ tableId }) => tableId)).toEqual([2, 3]);
});

it('reads duplicate packets once', () => {
  const payloads = packPayloads([makeSection(1, 500), makeSection(2, 500)]);
  const twice = payloads.flatMap((payload) => [payload, payload]);
  expect(read(twice, (index) => index >> 1).map(({ tableId }) => tableId)).toEqual([1, 2]);
});

it('reads the tables of a muxer that never counts', () => {
  const [payload] = packPayloads([makeSection(1, 20)]);
  expect(read([payload!, payload!, payload!], () => 0)).toHaveLength(3);
});

it('survives any bytes', () => {
  let seed = 11;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31);
  for (let round = 0; round < 300; round += 1) {
    const payloads = Array.from({ length: 12 }, () => ({
      payload: Buffer.from(Array.from({ length: 1 + (random() % 184) }, () => random() >> 8)),
      starts: random() % 2 === 0,
    }));
    expect(() => read(payloads, () => random())).not.toThrow();
  }
});
