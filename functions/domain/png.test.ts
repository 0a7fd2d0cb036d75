import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pngChunk } from '../../test/support/png-chunk.ts';
import { buildPlainPng } from '../domain/plain-png.ts';
import { isPng, readPngHeader, rebuildPng } from './png.ts';

const plain = buildPlainPng(32, 18, '1B2430');
const HEADER_END = 33;
/** The picture with a chunk behind its header. */
const withChunk = (name: string, data = Buffer.alloc(8)) =>
  Buffer.concat([plain.subarray(0, HEADER_END), pngChunk(name, data), plain.subarray(HEADER_END)]);
/** A picture with these header fields and rows. */
function png(fields: [width: number, height: number, ...rest: number[]], rows: Buffer): Buffer {
  const [width, height, ...rest] = fields;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(rest, 8);
  return Buffer.concat([
    plain.subarray(0, 8),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(rows)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}
const GREY = [8, 0, 0, 0, 0];

describe('rebuildPng', () => {
  it('keeps the picture and drops everything else, also what follows the end', () => {
    const secret = Buffer.from('Comment\0taken at 52.52 N, 13.40 E');
    const loaded = Buffer.concat([withChunk('tEXt', secret), Buffer.from('a second file')]);
    const rebuilt = rebuildPng(loaded);
    expect(rebuilt.equals(rebuildPng(plain))).toBe(true);
    expect(rebuilt.includes('taken at')).toBe(false);
    expect(readPngHeader(rebuilt)).toMatchObject({ width: 32, height: 18, colourType: 3 });
  });

  it('keeps the pixels of an interlaced picture', () => {
    // Adam7 of 3 by 3 pixels: passes of 1, 1, 2, 3 and 3 pixels in rows, each with its filter.
    const rows = Buffer.from([0, 1, 0, 2, 0, 3, 4, 0, 5, 0, 6, 0, 7, 8, 9]);
    const bytes = png([3, 3, 8, 0, 0, 0, 1], rows);
    const rebuilt = rebuildPng(bytes);
    const at = rebuilt.indexOf('IDAT');
    expect(inflateSync(rebuilt.subarray(at + 4, at + 4 + rebuilt.readUInt32BE(at - 4))).equals(rows)).toBe(true);
  });

  it.each<[string, string, Buffer]>([
    ['an SVG', 'is not a PNG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['an animation', 'is animated', withChunk('acTL')],
    ['a file that is cut off', 'is cut off', plain.subarray(0, plain.length - 12)],
    ['a chunk beyond the end', 'is cut off', plain.subarray(0, plain.length - 20)],
    ['a wrong checksum', 'is damaged: a checksum is wrong', flipped(plain, 45)],
    ['no pixels', 'has no pixels', png([0, 5, ...GREY], Buffer.alloc(0))],
    ['undefined colours', 'has colours that PNG does not define', png([1, 1, 3, 2, 0, 0, 0], Buffer.alloc(2))],
    ['too few rows', 'is damaged: pixels are missing', png([2, 3, ...GREY], Buffer.alloc(6))],
    ['an unknown filter', 'is damaged: a row has an unknown filter', png([1, 1, ...GREY], Buffer.from([5, 0]))],
    ['an index without a palette', 'has a broken palette', png([1, 1, 8, 3, 0, 0, 0], Buffer.alloc(2))],
  ])('refuses %s: %s', (_, message, bytes) => {
    expect(() => rebuildPng(bytes)).toThrow(message);
  });

  it('refuses a file that unpacks to more than its header says, without unpacking it', () => {
    const bomb = png([2, 2, ...GREY], Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(60_000);
    expect(() => rebuildPng(bomb)).toThrow('cannot be unpacked');
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}

it('isPng reads the content, not a name', () => {
  expect([isPng(plain), isPng(Buffer.from([0xff, 0xd8, 0xff])), isPng(Buffer.alloc(0))]).toEqual([true, false, false]);
});
