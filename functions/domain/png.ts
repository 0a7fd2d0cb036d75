import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Reads and writes PNG (W3C, third edition), as far as a still picture needs it. Pure. */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Length, name and checksum of a chunk. */
const CHUNK_FRAME_BYTES = 12;
/** Sample counts by colour type, with the bit depths that each may have. */
const COLOUR_TYPES: Record<number, { samples: number; depths: readonly number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
const INDEXED = 3;
const FILTER_MAX = 4;
/** Starts and steps of Adam7's passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** What makes a file no usable PNG, in words that follow "the image". */
export class PngFault extends Error {
  override readonly name = 'PngFault';
}

export interface PngHeader {
  width: number;
  height: number;
  bitDepth: number;
  colourType: number;
  isInterlaced: boolean;
}

interface Chunk {
  name: string;
  data: Buffer;
}

/** Returns true for bytes that begin as a PNG does, whatever their name. */
export function isPng(bytes: Buffer): boolean {
  return bytes.length >= SIGNATURE.length && bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/**
 * Reads the header, which comes first.
 * @throws {PngFault}
 */
export function readPngHeader(bytes: Buffer): PngHeader {
  if (!isPng(bytes)) throw new PngFault('is not a PNG');
  const [first] = readChunks(bytes);
  if (first?.name !== 'IHDR' || first.data.length !== 13) throw new PngFault('has no header');
  const { data } = first;
  const [bitDepth, colourType, compression, filter, interlace] = data.subarray(8) as unknown as number[];
  const width = data.readUInt32BE(0);
  const height = data.readUInt32BE(4);
  if (width === 0 || height === 0) throw new PngFault('has no pixels');
  if (!COLOUR_TYPES[colourType!]?.depths.includes(bitDepth!))
    throw new PngFault('has colours that PNG does not define');
  if (compression !== 0 || filter !== 0 || interlace! > 1) throw new PngFault('is packed in a way PNG does not define');
  return { width, height, bitDepth: bitDepth!, colourType: colourType!, isInterlaced: interlace === 1 };
}

/**
 * Writes the picture again: header, palette, transparency and pixels, and nothing else of the file. Every checksum,
 * the amount of pixels and each row's filter are checked on the way, and a file that unpacks to more is refused unread.
 * @throws {PngFault}
 */
export function rebuildPng(bytes: Buffer): Buffer {
  const header = readPngHeader(bytes);
  const chunks = readChunks(bytes);
  const of = (name: string) => chunks.filter((chunk) => chunk.name === name).map(({ data }) => data);
  if (of('acTL').length > 0) throw new PngFault('is animated');
  if (chunks.at(-1)?.name !== 'IEND') throw new PngFault('is cut off');
  const palettes = of('PLTE');
  const isPaletteGood = palettes.every(({ length }) => length > 0 && length <= 768 && length % 3 === 0);
  if (!isPaletteGood || palettes.length > 1 || (header.colourType === INDEXED && palettes.length === 0)) {
    throw new PngFault('has a broken palette');
  }
  const rows = unpack(Buffer.concat(of('IDAT')), header);
  return writePng([
    chunks[0]!,
    ...palettes.map((data) => ({ name: 'PLTE', data })),
    ...of('tRNS')
      .slice(0, 1)
      .map((data) => ({ name: 'tRNS', data })),
    { name: 'IDAT', data: deflateSync(rows) },
  ]);
}

/** Writes a PNG of its chunks, without the last one, which is always the same. */
export function writePng(chunks: readonly Chunk[]): Buffer {
  return Buffer.concat([SIGNATURE, ...[...chunks, { name: 'IEND', data: Buffer.alloc(0) }].map(writeChunk)]);
}

function writeChunk({ data, name }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}

/** Reads the chunks up to the end of the picture; what follows it is left out. */
function readChunks(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + CHUNK_FRAME_BYTES <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const end = at + CHUNK_FRAME_BYTES + length;
    if (end > bytes.length) throw new PngFault('is cut off');
    const named = bytes.subarray(at + 4, end - 4);
    if (crc32(named) !== bytes.readUInt32BE(end - 4)) throw new PngFault('is damaged: a checksum is wrong');
    const name = named.toString('latin1', 0, 4);
    chunks.push({ name, data: named.subarray(4) });
    if (name === 'IEND') break;
    at = end;
  }
  return chunks;
}

function unpack(packed: Buffer, header: PngHeader): Buffer {
  const passes = passesOf(header).map(({ height, width }) => ({ height, rowBytes: rowBytesOf(header, width) }));
  const expected = passes.reduce((sum, { height, rowBytes }) => sum + height * rowBytes, 0);
  let rows: Buffer;
  try {
    rows = inflateSync(packed, { maxOutputLength: expected });
  } catch {
    throw new PngFault('is damaged: its pixels cannot be unpacked');
  }
  if (rows.length !== expected) throw new PngFault('is damaged: pixels are missing');
  let at = 0;
  for (const { height, rowBytes } of passes) {
    for (let row = 0; row < height; row++, at += rowBytes) {
      if (rows[at]! > FILTER_MAX) throw new PngFault('is damaged: a row has an unknown filter');
    }
  }
  return rows;
}

/** The filter's byte and the samples of one row. */
function rowBytesOf({ bitDepth, colourType }: PngHeader, width: number): number {
  return 1 + Math.ceil((width * COLOUR_TYPES[colourType]!.samples * bitDepth) / 8);
}

function passesOf({ height, isInterlaced, width }: PngHeader): { width: number; height: number }[] {
  if (!isInterlaced) return [{ width, height }];
  const passes = ADAM7.map(([x, y, stepX, stepY]) => ({
    width: Math.max(0, Math.ceil((width - x) / stepX)),
    height: Math.max(0, Math.ceil((height - y) / stepY)),
  }));
  // A pass without pixels has no rows at all.
  return passes.filter((pass) => pass.width > 0 && pass.height > 0);
}
