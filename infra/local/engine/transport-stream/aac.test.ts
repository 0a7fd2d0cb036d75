import { expect, it } from 'vitest';

import { buildAdtsHeader, splitAdts } from './aac.ts';
import { createAacReader } from './audio-reader.ts';

const CONFIG = Buffer.from([0x11, 0x90]);
const units = [Buffer.from([1, 2, 3]), Buffer.from([4, 5]), Buffer.from([6, 7, 8, 9])];
const CRC = Buffer.from([0xcc, 0xcc]);

/** Builds an ADTS frame with all of them, in the layout of ISO/IEC 13818-7 6.2. */
function makeFrame(blocks: Buffer[], isProtected: boolean): Buffer {
  const positions = Buffer.alloc((blocks.length - 1) * 2);
  let position = 0;
  blocks.slice(0, -1).forEach((block, index) => {
    position += block.length + CRC.length;
    positions.writeUInt16BE(position, index * 2);
  });
  const body = isProtected
    ? Buffer.concat([positions, CRC, ...blocks.flatMap((block) => (blocks.length > 1 ? [block, CRC] : [block]))])
    : Buffer.concat(blocks);
  const header = buildAdtsHeader(CONFIG, body.length);
  if (isProtected) header[1] = header[1]! & ~1;
  header[6] = header[6]! | (blocks.length - 1);
  return Buffer.concat([header, body]);
}

it('finds each access unit of a frame that states their positions', () => {
  const { frames } = splitAdts(Buffer.concat([makeFrame(units, true), makeFrame([units[0]!], true)]));
  expect(frames.map(({ data }) => data)).toEqual([...units, units[0]]);
  expect(frames.every(({ blocks, sampleRateHz }) => blocks === 1 && sampleRateHz === 48_000)).toBe(true);
});

it('reports the number of access units in a frame without checksums', () => {
  const { frames } = splitAdts(Buffer.concat([makeFrame(units, false), makeFrame([units[0]!], false)]));
  expect(frames.map(({ blocks }) => blocks)).toEqual([3, 1]);
  expect(frames[0]!.data).toEqual(Buffer.concat(units));
});

it('leaves out a frame whose access units lie outside it', () => {
  const frame = makeFrame(units, true);
  frame.writeUInt16BE(900, 7);
  expect(splitAdts(Buffer.concat([frame, makeFrame([units[1]!], true)])).frames.map(({ data }) => data)).toEqual([
    units[1],
  ]);
});

it('counts the time of every access unit', () => {
  for (const isProtected of [true, false]) {
    const times: number[] = [];
    const read = createAacReader((_frame, ticks) => times.push(ticks));
    const data = Buffer.concat([makeFrame(units, isProtected), makeFrame([units[0]!], isProtected)]);
    read({ pts: 90_000, dts: 90_000, data, offset: 0, randomAccess: false });
    expect(times).toEqual((isProtected ? [0, 1, 2, 3] : [0, 3]).map((unit) => 90_000 + unit * 1_920));
  }
});
