/**
 * Images that MediaLive reads from S3: the slate for a lost input, and static images over the output.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { InputLocation } from '@aws-sdk/client-medialive';
import type { MediaContext } from '../media/media-context.ts';

export interface ImageFacts {
  kind: 'png' | 'bmp' | 'tga';
  width: number;
  height: number;
}

/** The kinds that a static image may have. */
export const STATIC_IMAGE_KINDS: readonly ImageFacts['kind'][] = ['png', 'bmp', 'tga'];

/** An image as it was found, or why it cannot be used. */
export type FoundImage = { bytes: Uint8Array; facts: ImageFacts } | { refused: string };

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const TGA_TRUE_COLOUR = [2, 10];

/**
 * Reads the image of a location, which the channel's role must be able to read.
 * @param kinds PNG and BMP for a slate, TGA too for a static image
 */
export function readImage(
  { objects }: Pick<MediaContext, 'objects'>,
  { Uri: uri = '', Username: username, PasswordParam: password }: InputLocation,
  kinds: readonly ImageFacts['kind'][],
): FoundImage {
  const [, bucket, key] = /^s3ssl:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/(.+)$/.exec(uri) ?? [];
  if (!bucket || !key) return { refused: 'the uri must be s3ssl://bucket/key' };
  if (username !== undefined || password !== undefined) return { refused: 'an image in S3 has no user name' };
  if (!objects.hasBucket(bucket))
    return { refused: 'the bucket does not exist, or the channel’s role may not read it' };
  const found = objects.get(bucket, key);
  if (!found) return { refused: 'the object does not exist, or the channel’s role may not read it' };
  const facts = recogniseImage(Buffer.from(found.body), key);
  if (!facts || !kinds.includes(facts.kind)) {
    return { refused: `the object is not an image of the kinds ${kinds.join(', ').toUpperCase()}` };
  }
  return { bytes: found.body, facts };
}

/** Recognises an image by its content; TGA has no signature, so its name counts as well. */
function recogniseImage(bytes: Buffer, key: string): ImageFacts | null {
  if (bytes.length >= 24 && bytes.subarray(0, 8).equals(PNG_SIGNATURE)) {
    return sized('png', bytes.readUInt32BE(16), bytes.readUInt32BE(20));
  }
  if (bytes.length >= 26 && bytes.toString('latin1', 0, 2) === 'BM') {
    return sized('bmp', bytes.readInt32LE(18), Math.abs(bytes.readInt32LE(22)));
  }
  if (extname(key).toLowerCase() === '.tga' && bytes.length >= 18 && TGA_TRUE_COLOUR.includes(bytes[2]!)) {
    return sized('tga', bytes.readUInt16LE(12), bytes.readUInt16LE(14));
  }
  return null;
}

function sized(kind: ImageFacts['kind'], width: number, height: number): ImageFacts | null {
  return width > 0 && height > 0 ? { kind, width, height } : null;
}

/** Writes an image where the engine can read it, named after its content. Returns its path. */
export function provideImage(context: MediaContext, { bytes, facts }: Extract<FoundImage, { bytes: unknown }>): string {
  const directory = context.images.directory();
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const name = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const path = join(directory, `${name}.${facts.kind}`);
  writeFileSync(path, bytes, { mode: 0o600 });
  return path;
}
