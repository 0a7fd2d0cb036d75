import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsFront, type AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createS3 } from '../../infra/local/endpoints/s3/create-s3.ts';

const Bucket = 'sluice-reports';
let directory: string;
let front: AwsFront;
let client: S3Client;

async function start(dataDirectory: string | null): Promise<void> {
  front = await startAwsFront({ port: 0, services: [createS3({ dataDirectory })] });
  client = new S3Client({
    endpoint: front.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

async function stop(): Promise<void> {
  client.destroy();
  await front.close();
}

const put = (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket, Key, Body }));
async function get(Key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body!.transformToString();
}

describe.each(['on disk', 'in memory'])('the local S3 endpoint, %s', (where) => {
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-s3-'));
    await start(where === 'on disk' ? directory : null);
    await client.send(new CreateBucketCommand({ Bucket }));
  });
  afterEach(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps and replaces objects', async () => {
    const { ETag } = await put('reports/cost/2026/11/20.csv', 'a,b\r\nü,2\r\n');
    expect(ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await get('reports/cost/2026/11/20.csv')).toBe('a,b\r\nü,2\r\n');
    await put('reports/cost/2026/11/20.csv', 'again');
    expect(await get('reports/cost/2026/11/20.csv')).toBe('again');
    await client.send(new CreateBucketCommand({ Bucket }));
    expect(await get('reports/cost/2026/11/20.csv')).toBe('again');
  });

  it('lists by prefix in key order, page by page', async () => {
    for (const key of ['b/2', 'a', 'b/10', 'b/1', 'b', 'c']) await put(key, key);
    const found: string[] = [];
    const pages = paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: 'b' });
    let pageCount = 0;
    for await (const { Contents: objects = [] } of pages) {
      pageCount += 1;
      found.push(...objects.map(({ Key }) => Key!));
    }
    expect([found, pageCount]).toEqual([['b', 'b/1', 'b/10', 'b/2'], 2]);
    const after = await client.send(new ListObjectsV2Command({ Bucket, StartAfter: 'b/10' }));
    expect(after.Contents).toMatchObject([{ Key: 'b/2', Size: 3, LastModified: expect.any(Date) }, { Key: 'c' }]);
    const none = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'x' }));
    expect([none.KeyCount, none.Contents, none.IsTruncated]).toEqual([0, undefined, false]);
  });

  it('deletes an object, and a missing one without an error', async () => {
    await put('a', 'x');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('refuses by S3’s errors', async () => {
    await expect(get('a')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    const elsewhere = client.send(new GetObjectCommand({ Bucket: 'other-bucket', Key: 'a' }));
    await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchBucket' });
    const copy = client.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await expect(copy).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it.each(['..', 'a/../../b', '/etc/passwd', 'a//b', 'x'.repeat(201), 'a b', 'ü', 'a%2fb', '.'])(
    'stores nothing outside its folder for the key %j',
    async (key) => {
      const refusal = await put(key, 'x').then(
        () => 'none',
        (error: Error) => error.name,
      );
      expect(refusal).toMatch(/none|Invalid|NotImplemented|NoSuch/);
      const home = join('s3', Bucket);
      const outside = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
        (path) => path !== 's3' && path !== home && dirname(path) !== home,
      );
      expect(outside).toEqual([]);
    },
  );
});

describe('the local S3 endpoint', () => {
  it('keeps objects of an earlier version that stored no attributes', async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-s3-'));
    mkdirSync(join(directory, 's3', Bucket), { recursive: true });
    writeFileSync(join(directory, 's3', Bucket, 'a%2Fb.object'), 'old');
    await start(directory);
    const found = await client.send(new GetObjectCommand({ Bucket, Key: 'a/b' }));
    expect([await found.Body!.transformToString(), found.ContentType]).toEqual(['old', 'binary/octet-stream']);
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('keeps its objects across a restart, readable only by their owner', async () => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-s3-'));
    await start(directory);
    await client.send(new CreateBucketCommand({ Bucket }));
    await put('a/b', 'kept');
    await stop();
    await start(directory);
    expect(await get('a/b')).toBe('kept');
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });
});
