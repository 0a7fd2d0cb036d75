import { deflateSync } from 'node:zlib';
import { writePng } from './png.ts';

const BIT_DEPTH = 8;
/** A palette of one colour: a row is a filter byte and one byte a pixel. */
const INDEXED = 3;

/** Builds a PNG of one colour (W3C PNG, third edition). @param rgb six hex digits */
export function buildPlainPng(width: number, height: number, rgb: string): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([BIT_DEPTH, INDEXED], 8);
  const rows = Buffer.alloc(height * (width + 1));
  return writePng([
    { name: 'IHDR', data: header },
    { name: 'PLTE', data: Buffer.from(rgb, 'hex') },
    { name: 'IDAT', data: deflateSync(rows) },
  ]);
}
