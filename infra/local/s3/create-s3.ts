/**
 * S3 as far as reports need it: CreateBucket, PutObject, GetObject, DeleteObject and ListObjectsV2, with the bucket in
 * the path. What is asked for beyond that is refused, not ignored.
 */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { LocalService } from '../service.ts';
import { makeMemoryObjects, openObjectDirectory, type ObjectStore } from './object-store.ts';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** The characters S3 calls safe, which need no care in any path. */
const KEY = /^[A-Za-z0-9!_.*'()/-]{1,200}$/;
const KEYS_MAX = 1000;

/** A refusal under S3's error name. */
class S3Fault extends Error {
  readonly status: number;

  constructor(status: number, name: string, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** The local S3. @param options.dataDirectory where objects are kept; null keeps them in memory */
export function createS3(options: { dataDirectory: string | null }): LocalService {
  const { dataDirectory } = options;
  const store = dataDirectory === null ? makeMemoryObjects() : openObjectDirectory(join(dataDirectory, 's3'));
  return {
    signingName: 's3',
    async handle(request) {
      try {
        return await answer(store, request);
      } catch (error) {
        if (error instanceof S3Fault) return refuse(error);
        console.error('local s3 endpoint failed:', error);
        return refuse(new S3Fault(500, 'InternalError', 'the local endpoint failed'));
      }
    },
  };
}

async function answer(store: ObjectStore, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const [bucket = '', ...rest] = pathname.slice(1).split('/');
  const key = decode(rest.join('/'));
  if (!BUCKET.test(bucket)) throw new S3Fault(400, 'InvalidBucketName', 'the bucket’s name is not one S3 allows');
  const { method } = request;
  if (key === '' && method === 'PUT') {
    store.createBucket(bucket);
    return new Response(null, { status: 200, headers: { ...ids(), location: `/${bucket}` } });
  }
  if (!store.hasBucket(bucket)) throw new S3Fault(404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (key === '' && method === 'GET' && searchParams.get('list-type') === '2') return list(store, bucket, searchParams);
  if (key === '') throw new S3Fault(501, 'NotImplemented', `this endpoint does not serve ${method} of a bucket`);
  if (!KEY.test(key)) throw new S3Fault(400, 'InvalidRequest', 'this endpoint takes keys of up to 200 safe characters');
  const operation = searchParams.get('x-id');
  const isCopy = request.headers.has('x-amz-copy-source');
  if (method === 'PUT' && !isCopy && (operation === null || operation === 'PutObject'))
    return put(store, bucket, key, request);
  if (method === 'DELETE' && (operation === null || operation === 'DeleteObject')) {
    store.delete(bucket, key);
    return new Response(null, { status: 204, headers: ids() });
  }
  if (method === 'GET' && (operation === null || operation === 'GetObject')) return get(store, bucket, key);
  throw new S3Fault(501, 'NotImplemented', `this endpoint does not serve ${operation ?? `${method} of an object`}`);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Fault(400, 'InvalidURI', 'the path is not percent-encoded as it should be');
  }
}

const ids = () => ({ 'x-amz-request-id': randomUUID() });
const etagOf = (body: Uint8Array) => `"${createHash('md5').update(body).digest('hex')}"`;

async function put(store: ObjectStore, bucket: string, key: string, request: Request): Promise<Response> {
  if ((request.headers.get('content-encoding') ?? '').includes('aws-chunked')) {
    throw new S3Fault(501, 'NotImplemented', 'this endpoint takes bodies in one piece only');
  }
  const body = new Uint8Array(await request.arrayBuffer());
  store.put(bucket, key, body);
  return new Response(null, { status: 200, headers: { ...ids(), etag: etagOf(body) } });
}

function get(store: ObjectStore, bucket: string, key: string): Response {
  const found = store.get(bucket, key);
  if (!found) throw new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');
  return new Response(Buffer.from(found.body), {
    status: 200,
    headers: {
      ...ids(),
      etag: etagOf(found.body),
      'content-type': 'binary/octet-stream',
      'content-length': String(found.body.length),
      'last-modified': found.storedAt.toUTCString(),
    },
  });
}

function list(store: ObjectStore, bucket: string, query: URLSearchParams): Response {
  if (query.get('delimiter')) throw new S3Fault(501, 'NotImplemented', 'this endpoint knows no delimiter');
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const asked = Number(query.get('max-keys') ?? KEYS_MAX);
  if (!Number.isInteger(asked) || asked < 0) throw new S3Fault(400, 'InvalidArgument', 'max-keys is not a number');
  const limit = Math.min(asked, KEYS_MAX);
  const matching = store.list(bucket).filter(({ key }) => key.startsWith(prefix) && key > after);
  const page = matching.slice(0, limit);
  const last = page.at(-1);
  const next = matching.length > limit && last ? Buffer.from(last.key).toString('base64url') : null;
  const contents = page.map(
    ({ key, sizeBytes, storedAt }) =>
      `<Contents><Key>${escape(key)}</Key><LastModified>${storedAt.toISOString()}</LastModified>` +
      `<Size>${sizeBytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const body =
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name>` +
    `<Prefix>${escape(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${limit}</MaxKeys>` +
    `<IsTruncated>${next !== null}</IsTruncated>` +
    (next === null ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`) +
    `${contents.join('')}</ListBucketResult>`;
  return xml(200, body);
}

function refuse({ status, name, message }: S3Fault): Response {
  return xml(status, `<Error><Code>${name}</Code><Message>${escape(message)}</Message></Error>`);
}

function xml(status: number, body: string): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, {
    status,
    headers: { ...ids(), 'content-type': 'application/xml' },
  });
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
