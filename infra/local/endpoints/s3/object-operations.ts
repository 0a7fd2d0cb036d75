/**
 * Object operations. Versions, tags, ACLs, locks and multipart uploads do not exist here; requests for them are
 * refused.
 */
import { Delete$, DeleteObjectsOutput$ } from '@aws-sdk/client-s3';
import { checksumOf, type Checksum } from './checksums.ts';
import { isNotModified, matchesEtag, READ_CONDITIONS, readRange } from './conditions.ts';
import { isKeyShortEnough, type StoredObject } from './object-store.ts';
import { objectEncoding } from './payload.ts';
import { requireValue, type S3Call, type S3Operation } from './s3-call.ts';
import { invalidArgument, noSuchKey, notImplemented, preconditionFailed, S3Fault } from './s3-fault.ts';
import { readXml, requestIds, xmlResponse } from './xml.ts';

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const METADATA_BYTES_MAX = 2048;
const KEYS_PER_DELETE_MAX = 1000;
/** The checksum that S3 computes for an object uploaded without one. */
const DEFAULT_CHECKSUM = 'crc64nvme';

/** Headers that S3 stores and returns with an object, by the SDK's member. */
const KEPT_HEADERS: Record<string, string> = {
  CacheControl: 'cache-control',
  ContentDisposition: 'content-disposition',
  ContentLanguage: 'content-language',
  ContentType: 'content-type',
  Expires: 'expires',
};

/** Stores an object, unless a condition forbids it. */
export const putObject: S3Operation = {
  honours: [
    ...Object.keys(KEPT_HEADERS),
    'ACL',
    'ContentEncoding',
    'ExpectedBucketOwner',
    'IfMatch',
    'IfNoneMatch',
    'ServerSideEncryption',
    'StorageClass',
  ],
  async handle(call) {
    const { store, bucket, key, body } = call;
    // A bucket whose owner owns every object, S3's default, accepts no other ACL.
    requireValue(call, 'ACL', ['private', 'bucket-owner-full-control']);
    requireValue(call, 'ServerSideEncryption', ['AES256']);
    requireValue(call, 'StorageClass', ['STANDARD']);
    checkKey(key);
    const metadataBytes = Object.entries(call.metadata).reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      0,
    );
    if (metadataBytes > METADATA_BYTES_MAX) {
      throw new S3Fault(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size');
    }
    const checksum = call.checksum ?? {
      algorithm: DEFAULT_CHECKSUM,
      value: (await checksumOf(DEFAULT_CHECKSUM, body))!,
    };
    // Do not await between the condition and the write.
    checkWriteCondition(call, store.get(bucket, key)?.object);
    store.put(bucket, key, body, { headers: headersToKeep(call), metadata: call.metadata, checksum });
    const { etag } = store.get(bucket, key)!.object;
    return new Response(null, {
      status: 200,
      headers: {
        ...requestIds(),
        etag,
        ...checksumHeaders(checksum),
        'x-amz-server-side-encryption': 'AES256',
      },
    });
  },
};

const READ_MEMBERS = [...READ_CONDITIONS, 'ChecksumMode', 'ExpectedBucketOwner', 'Range'];

/** Reads an object or a range of it. */
export const getObject: S3Operation = { honours: READ_MEMBERS, handle: (call) => read(call, true) };

/** Describes an object with the headers of a read. */
export const headObject: S3Operation = { honours: READ_MEMBERS, handle: (call) => read(call, false) };

/** Deletes an object. Succeeds too when it does not exist. */
export const deleteObject: S3Operation = {
  honours: ['ExpectedBucketOwner', 'IfMatch'],
  handle({ store, bucket, key, members }) {
    const condition = members['IfMatch'];
    const object = store.get(bucket, key)?.object;
    if (condition !== undefined && object === undefined) throw noSuchKey();
    if (condition !== undefined && !matchesEtag(condition, object!.etag)) throw preconditionFailed('If-Match');
    store.delete(bucket, key);
    return new Response(null, { status: 204, headers: requestIds() });
  },
};

/** Deletes up to a thousand objects and names each. */
export const deleteObjects: S3Operation = {
  honours: ['ExpectedBucketOwner'],
  async handle({ store, bucket, body, headers, checksum }) {
    if (checksum === null && !headers.has('content-md5')) {
      throw new S3Fault(
        400,
        'InvalidRequest',
        'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
      );
    }
    const { Objects: objects, Quiet: isQuiet, ...others } = await readXml(Delete$, body);
    const [other] = Object.keys(others);
    if (other !== undefined) throw notImplemented(`DeleteObjects with ${other}`);
    const keys = readKeys(objects);
    for (const key of keys) store.delete(bucket, key);
    return xmlResponse(DeleteObjectsOutput$, { Deleted: isQuiet === true ? [] : keys.map((Key) => ({ Key })) });
  },
};

function readKeys(objects: unknown): string[] {
  const listed = Array.isArray(objects) ? (objects as Record<string, unknown>[]) : [];
  if (listed.length === 0 || listed.length > KEYS_PER_DELETE_MAX) {
    throw new S3Fault(
      400,
      'MalformedXML',
      `A request deletes 1 to ${KEYS_PER_DELETE_MAX} objects, not ${listed.length}`,
    );
  }
  return listed.map(({ Key: key, ...others }) => {
    const [other] = Object.keys(others);
    if (other !== undefined) throw notImplemented(`DeleteObjects with the ${other} of an object`);
    if (typeof key !== 'string' || key === '') throw new S3Fault(400, 'MalformedXML', 'An object to delete has no key');
    return key;
  });
}

function read({ store, bucket, key, members }: S3Call, hasBody: boolean): Response {
  const found = store.get(bucket, key);
  if (found === null) throw noSuchKey();
  const { object, body } = found;
  if (isNotModified(members, object)) {
    return new Response(null, { status: 304, headers: { ...requestIds(), etag: object.etag } });
  }
  const range = readRange(members['Range'], object.sizeBytes);
  const headers: Record<string, string> = { ...requestIds(), ...describeObject(object) };
  // A client compares the checksum with the bytes it receives, so a partial response has none.
  if (wantsChecksum(members) && range === null) Object.assign(headers, checksumHeaders(object.checksum));
  const part = range === null ? body : body.subarray(range.first, range.last + 1);
  headers['content-length'] = String(part.length);
  if (range !== null) headers['content-range'] = `bytes ${range.first}-${range.last}/${object.sizeBytes}`;
  return new Response(hasBody ? Buffer.from(part) : null, { status: range === null ? 200 : 206, headers });
}

function wantsChecksum({ ChecksumMode: mode }: Record<string, string>): boolean {
  if (mode !== undefined && mode !== 'ENABLED') throw invalidArgument('x-amz-checksum-mode must be ENABLED');
  return mode !== undefined;
}

function checksumHeaders(checksum: Checksum | null): Record<string, string> {
  if (checksum === null) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

function describeObject(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
    'accept-ranges': 'bytes',
    etag: object.etag,
    'last-modified': object.storedAt.toUTCString(),
    'x-amz-server-side-encryption': 'AES256',
  };
}

function headersToKeep({ members, headers }: S3Call): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const [member, header] of Object.entries(KEPT_HEADERS)) {
    const value = members[member];
    if (value !== undefined) kept[header] = value;
  }
  const encoding = objectEncoding(headers);
  if (encoding !== null) kept['content-encoding'] = encoding;
  return kept;
}

function checkWriteCondition({ members }: S3Call, object: StoredObject | undefined): void {
  const { IfMatch: match, IfNoneMatch: noneMatch } = members;
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') throw notImplemented('PutObject with an If-None-Match other than *');
    if (object !== undefined) throw preconditionFailed('If-None-Match');
  }
  if (match === undefined) return;
  if (object === undefined) throw noSuchKey();
  if (!matchesEtag(match, object.etag)) throw preconditionFailed('If-Match');
}

function checkKey(key: string): void {
  if (!isKeyShortEnough(key)) {
    throw new S3Fault(
      400,
      'KeyTooLongError',
      'Your key is too long for this local endpoint, which keeps it as a file name',
    );
  }
}
