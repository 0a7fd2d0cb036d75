/** Conditional requests and ranges, as S3 answers them. */
import { preconditionFailed, S3Fault } from './s3-fault.ts';
import type { StoredObject } from './object-store.ts';

/** Members of GetObject and HeadObject that make them conditional. */
export const READ_CONDITIONS = ['IfMatch', 'IfModifiedSince', 'IfNoneMatch', 'IfUnmodifiedSince'] as const;

/**
 * Decides a conditional read. A true If-Match outweighs If-Unmodified-Since, and a false If-None-Match outweighs
 * If-Modified-Since.
 * @returns whether the answer is 304 Not Modified
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

/** Whether an ETag is in a list such as `"a", "b"`, with or without quotes, or the list is `*`. */
export function matchesEtag(list: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, '').replaceAll('"', '');
  return list.split(',').some((item) => item.trim() === '*' || bare(item) === bare(etag));
}

/** HTTP dates have whole seconds. Null when there is no date, or none that can be read. */
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
 * Reads a Range header of one range. A header that is not of that form is ignored, as HTTP allows.
 * @returns null for the whole object
 * @throws {S3Fault} `InvalidRange` with 416 when the range lies outside the object
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
