import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { Bucket, useS3 } from './s3-stage.ts';

const s3 = useS3();
const put = (Key: string, more: object = {}) =>
  s3.client.send(new PutObjectCommand({ Bucket, Key, Body: '0123456789', ...more }));
const get = (Key: string, more: object = {}) => s3.client.send(new GetObjectCommand({ Bucket, Key, ...more }));
const head = (Key: string, more: object = {}) => s3.client.send(new HeadObjectCommand({ Bucket, Key, ...more }));

describe('an object of the local S3', () => {
  const kept = {
    CacheControl: 'no-store',
    ContentDisposition: 'attachment',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    ContentType: 'text/csv; charset=utf-8',
    Metadata: { day: '2026-11-20' },
  };

  it('is returned with the headers and metadata it was stored with', async () => {
    const { ETag, ChecksumCRC32 } = await put('kept', kept);
    const described = await head('kept', { ChecksumMode: 'ENABLED' });
    expect(described).toMatchObject({ ...kept, ETag, ContentLength: 10, ChecksumCRC32, AcceptRanges: 'bytes' });
    expect(described.LastModified).toBeInstanceOf(Date);
    const { Body, ...read } = await get('kept', { ChecksumMode: 'ENABLED' });
    expect(read).toMatchObject({ ...kept, ETag, ContentLength: 10, ChecksumCRC32 });
    expect(await Body!.transformToString()).toBe('0123456789');
  });

  it('can be put as a stream, which the SDK sends in chunks with a trailing checksum', async () => {
    await put('streamed', { Body: Readable.from(['01234', '56789']), ContentLength: 10 });
    expect(await (await get('streamed')).Body!.transformToString()).toBe('0123456789');
    const { ContentEncoding, ChecksumCRC32 } = await head('streamed', { ChecksumMode: 'ENABLED' });
    expect([ContentEncoding, ChecksumCRC32]).toEqual([undefined, expect.stringMatching(/^.{8}$/)]);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('is verified with %s', async (algorithm) => {
    const answer = await put(algorithm, { ChecksumAlgorithm: algorithm });
    expect(answer[`Checksum${algorithm}`]).toEqual(expect.any(String));
  });

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('is read in part with the range %s', async (Range, text, contentRange) => {
    await put('ranged');
    const { Body, ContentRange, $metadata, ChecksumCRC32 } = await get('ranged', { Range, ChecksumMode: 'ENABLED' });
    expect([await Body!.transformToString(), ContentRange, $metadata.httpStatusCode]).toEqual([
      text,
      contentRange,
      206,
    ]);
    expect(ChecksumCRC32).toBeUndefined();
    expect(await head('ranged', { Range })).toMatchObject({ ContentLength: text.length, ContentRange: contentRange });
  });

  it('has no range beyond its end', async () => {
    await put('ranged');
    const refused = get('ranged', { Range: 'bytes=10-' });
    await expect(refused).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
  });

  it('can be read conditionally', async () => {
    const { ETag } = await put('conditional');
    const past = new Date(0);
    const future = new Date(Date.now() + 60_000);
    for (const condition of [
      { IfMatch: ETag },
      { IfMatch: '*' },
      { IfNoneMatch: '"0"' },
      { IfModifiedSince: past },
      { IfUnmodifiedSince: future },
    ]) {
      expect((await head('conditional', condition)).ETag, JSON.stringify(condition)).toBe(ETag);
    }
    for (const condition of [{ IfNoneMatch: ETag }, { IfModifiedSince: future }]) {
      const refused = get('conditional', condition);
      await expect(refused, JSON.stringify(condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    }
    for (const condition of [{ IfMatch: '"0"' }, { IfUnmodifiedSince: past }]) {
      const refused = get('conditional', condition);
      await expect(refused, JSON.stringify(condition)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    }
  });

  it('can be written and deleted conditionally', async () => {
    const first = await put('once', { IfNoneMatch: '*' });
    await expect(put('once', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    const second = await put('once', { IfMatch: first.ETag, Body: 'second' });
    await expect(put('once', { IfMatch: first.ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(put('never', { IfMatch: first.ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
    const remove = (IfMatch?: string) => s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'once', IfMatch }));
    await expect(remove(first.ETag)).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await remove(second.ETag);
    await expect(head('once')).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('may have any character in its key', async () => {
    for (const key of ['a b/ü+%.csv', 'q?x=1&y=2#z', "it's (1)*!~", '名']) {
      await put(key, { Body: key });
      expect(await (await get(key)).Body!.transformToString()).toBe(key);
    }
    const { Contents } = await s3.client.send(new ListObjectsV2Command({ Bucket, Prefix: 'q?', EncodingType: 'url' }));
    expect(Contents).toMatchObject([{ Key: 'q%3Fx%3D1%26y%3D2%23z' }]);
  });
});

describe('the local S3', () => {
  it('lists and describes its buckets', async () => {
    const { Buckets, Owner } = await s3.client.send(new ListBucketsCommand({}));
    expect(Buckets).toMatchObject([{ Name: Bucket, CreationDate: expect.any(Date) }]);
    expect(Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    expect(await s3.client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'us-east-1' });
    await expect(s3.client.send(new HeadBucketCommand({ Bucket: 'other-bucket' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    expect((await s3.client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? '').toBe('');
  });

  it('groups keys by a delimiter, page by page, in both list versions', async () => {
    for (const key of ['d/1/a', 'd/1/b', 'd/2', 'd/3/a', 'd/4']) await put(key);
    const query = { Bucket, Prefix: 'd/', Delimiter: '/' };
    const names: string[] = [];
    for await (const page of paginateListObjectsV2({ client: s3.client, pageSize: 1 }, { ...query })) {
      expect(page.KeyCount).toBe(1);
      names.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      names.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    }
    expect(names).toEqual(['d/1/', 'd/2', 'd/3/', 'd/4']);
    const first = await s3.client.send(new ListObjectsCommand({ ...query, MaxKeys: 2 }));
    expect(first).toMatchObject({
      IsTruncated: true,
      NextMarker: 'd/2',
      CommonPrefixes: [{ Prefix: 'd/1/' }],
      Contents: [{ Key: 'd/2', Owner: { ID: expect.any(String) } }],
    });
    const second = await s3.client.send(new ListObjectsCommand({ ...query, Marker: first.NextMarker }));
    expect(second).toMatchObject({
      IsTruncated: false,
      CommonPrefixes: [{ Prefix: 'd/3/' }],
      Contents: [{ Key: 'd/4' }],
    });
  });

  it('deletes several objects at once', async () => {
    await put('several/1');
    const keys = ['several/1', 'several/2'].map((Key) => ({ Key }));
    const { Deleted } = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys } }));
    expect(Deleted).toEqual(keys);
    const quiet = await s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys, Quiet: true } }));
    expect(quiet.Deleted ?? []).toEqual([]);
    await expect(head('several/1')).rejects.toMatchObject({ name: 'NotFound' });
    const versioned = { Objects: [{ Key: 'several/1', VersionId: '1' }] };
    await expect(s3.client.send(new DeleteObjectsCommand({ Bucket, Delete: versioned }))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });
});
