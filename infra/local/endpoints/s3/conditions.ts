/** Conditional requests and ranges, as S3 handles them. */
import { preconditionFailed, S3Fault } from './s3-fault.ts';
import type { StoredObject } from './object-store.ts';

/** Members of GetObject and HeadObject that make them conditional. */
export const READ_CONDITIONS = ['IfMatch', 'IfModifiedSince', 'IfNoneMatch', 'IfUnmodifiedSince'] as const;

/**
 * Evaluates a conditional read. A true If-Match overrides If-Unmodified-Since, and a false If-None-Match overrides
 * If-Modified-Since.
 * @returns whether the response is 304 Not Modified
 * @throws {S3Fault} `PreconditionFailed`
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export function isNotModified(members: Record<string, string>, object: StoredObject): boolean {
  const { IfMatch: match, IfNoneMatch: noneMatch } = members;
  if (match !== undefined) {
    if (!matchesEtag(match, object.etag)) throw preconditionFailed('If-Match');
  } else if (isStoredAfter(object, members['IfUnmodifiedSince']) === true) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) return matchesEtag(noneMatch, object.etag);
  return isStoredAfter(object, members['IfModifiedSince']) === false;
}

/** Returns whether an ETag is in a list such as `"a", "b"`, with or without quotes, or the list is `*`. */
export function matchesEtag(list: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, '').replaceAll('"', '');
  return list.split(',').some((item) => item.trim() === '*' || bare(item) === bare(etag));
}

/** Compares in whole seconds, as HTTP dates do. Null if the date is missing or invalid. */
function isStoredAfter(object: StoredObject, date: string | undefined): boolean | null {
  const seconds = Date.parse(date ?? '') / 1000;
  return Number.isNaN(seconds) ? null : Math.floor(object.storedAt.getTime() / 1000) > seconds;
}

/** First and last byte, both included. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Reads a Range header with one range. Ignores a header of another form, as HTTP allows.
 * @returns null for the whole object
 * @throws {S3Fault} `InvalidRange` with 416 when the range is outside the object
 */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return null;
  if (from !== '' && to !== '' && Number(to) < Number(from)) return null;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (first > last) {
    throw new S3Fault(416, 'InvalidRange', 'The requested range is not satisfiable', {
      'content-range': `bytes */${sizeBytes}`,
    });
  }
  return { first, last };
}
