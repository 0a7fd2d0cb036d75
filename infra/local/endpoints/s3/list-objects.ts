/** Serves ListObjects and ListObjectsV2: sorted keys, grouped by a delimiter, page by page. */
import { ListObjectsOutput$, ListObjectsV2Output$ } from '@aws-sdk/client-s3';
import type { StoredObject } from './object-store.ts';
import { OWNER, readCount, type S3Call, type S3Operation } from './s3-call.ts';
import { invalidArgument } from './s3-fault.ts';
import { xmlResponse } from './xml.ts';

const KEYS_MAX = 1000;

/** A key, or a common prefix that stands for all keys below it. */
type Entry = { name: string; object: StoredObject } | { name: string; object: null };

interface Page {
  entries: Entry[];
  isTruncated: boolean;
}

/** Serves version 1, which s3cmd and rclone use. */
export const listObjects: S3Operation = {
  honours: ['Delimiter', 'EncodingType', 'Marker', 'MaxKeys', 'Prefix'],
  handle(call) {
    const { members } = call;
    const limit = readLimit(members);
    const page = cut(call, members['Marker'] ?? '', limit);
    const spell = spellingOf(members);
    return xmlResponse(ListObjectsOutput$, {
      ...describe(call, page, limit, true),
      Marker: spell(members['Marker'] ?? ''),
      // Without a delimiter a client continues from the last key.
      NextMarker: page.isTruncated && members['Delimiter'] ? spell(page.entries.at(-1)!.name) : undefined,
    });
  },
};

/** Serves version 2, with opaque tokens. */
export const listObjectsV2: S3Operation = {
  honours: ['ContinuationToken', 'Delimiter', 'EncodingType', 'FetchOwner', 'MaxKeys', 'Prefix', 'StartAfter'],
  handle(call) {
    const { members } = call;
    const { ContinuationToken: token, StartAfter: startAfter } = members;
    const limit = readLimit(members);
    const page = cut(call, token === undefined ? (startAfter ?? '') : readToken(token), limit);
    const spell = spellingOf(members);
    return xmlResponse(ListObjectsV2Output$, {
      ...describe(call, page, limit, members['FetchOwner'] === 'true'),
      KeyCount: page.entries.length,
      ContinuationToken: token,
      NextContinuationToken: page.isTruncated ? toToken(page.entries.at(-1)!.name) : undefined,
      StartAfter: startAfter === undefined ? undefined : spell(startAfter),
    });
  },
};

function cut({ store, bucket, members }: S3Call, after: string, limit: number): Page {
  const { Prefix: prefix = '', Delimiter: delimiter = '' } = members;
  const entries = new Map<string, Entry>();
  for (const object of store.list(bucket, prefix)) {
    const name = groupOf(object.key, prefix, delimiter);
    // A group is complete once its name has been listed.
    if (Buffer.compare(Buffer.from(name ?? object.key), Buffer.from(after)) <= 0) continue;
    entries.set(name ?? object.key, name === null ? { name: object.key, object } : { name, object: null });
  }
  const all = [...entries.values()];
  return { entries: all.slice(0, limit), isTruncated: limit > 0 && all.length > limit };
}

/** Returns the part of a key up to the first delimiter after the prefix; null if there is none. */
function groupOf(key: string, prefix: string, delimiter: string): string | null {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end === -1 ? null : key.slice(0, end + delimiter.length);
}

function describe({ bucket, members }: S3Call, { entries, isTruncated }: Page, limit: number, hasOwner: boolean) {
  const spell = spellingOf(members);
  return {
    Name: bucket,
    Prefix: spell(members['Prefix'] ?? ''),
    Delimiter: members['Delimiter'] === undefined ? undefined : spell(members['Delimiter']),
    MaxKeys: limit,
    EncodingType: members['EncodingType'],
    IsTruncated: isTruncated,
    Contents: entries.flatMap(({ object }) =>
      object === null
        ? []
        : {
            Key: spell(object.key),
            LastModified: object.storedAt,
            ETag: object.etag,
            Size: object.sizeBytes,
            StorageClass: 'STANDARD',
            ...(object.checksum === null
              ? {}
              : { ChecksumAlgorithm: [object.checksum.algorithm.toUpperCase()], ChecksumType: 'FULL_OBJECT' }),
            ...(hasOwner ? { Owner: OWNER } : {}),
          },
    ),
    CommonPrefixes: entries.flatMap(({ name, object }) => (object === null ? { Prefix: spell(name) } : [])),
  };
}

function readLimit(members: Record<string, string>): number {
  return Math.min(readCount(members, 'MaxKeys', KEYS_MAX), KEYS_MAX);
}

/** Encodes names: `encoding-type=url` percent-encodes all but slashes, because XML cannot represent every character. */
function spellingOf({ EncodingType: encoding }: Record<string, string>): (name: string) => string {
  if (encoding === undefined) return (name) => name;
  if (encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request: encoding-type must be url');
  return (name) => encodeURIComponent(name).replaceAll('%2F', '/');
}

const toToken = (name: string) => Buffer.from(name).toString('base64url');

function readToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString();
  if (name === '' || toToken(name) !== token) throw invalidArgument('The continuation token provided is incorrect');
  return name;
}
