import { readFileSync } from 'node:fs';
import { createFlvReader, type FlvTag } from '../../infra/local/engine/flv-reader.ts';

/** Returns the tags of an FLV file that a receiver has written so far. */
export function readTags(path: string): FlvTag[] {
  const tags: FlvTag[] = [];
  createFlvReader((tag) => tags.push(tag))(readFileSync(path));
  return tags;
}

/** Returns the largest distance between two successive timestamps of any kind, in milliseconds. */
export function largestTimestampGapMs(path: string): number {
  const times = readTags(path)
    .map(({ timestampMs }) => timestampMs)
    .toSorted((one, other) => one - other);
  return Math.max(...times.slice(1).map((time, index) => time - times[index]!));
}
