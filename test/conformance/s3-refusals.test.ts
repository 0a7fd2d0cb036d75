import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { Bucket, useS3 } from './s3-stage.ts';

const s3 = useS3();
const KEY = 'reports/day.csv';
const REPORT = 'a,b\r\n';

beforeEach(async () => {
  await s3.client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: REPORT }));
});

/** Expects that the object under test is unchanged and the only one. */
async function expectUnchanged(): Promise<void> {
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket, Key: KEY }));
  expect(await Body!.transformToString()).toBe(REPORT);
  const { Contents } = await s3.client.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents!.map(({ Key }) => Key)).toEqual([KEY]);
}

async function expectNotImplemented(response: Response): Promise<void> {
  expect(response.status).toBe(501);
  expect(await response.text()).toContain('<Code>NotImplemented</Code>');
}

describe('S3 refuses a query parameter that the operation does not have:', () => {
  const parameters = [
    'tagging',
    'acl',
    'uploadId=1',
    'partNumber=1&uploadId=1',
    'retention',
    'legal-hold',
    'annotation',
    'encryption',
    'renameObject',
    'versionId=1',
    'something-new',
    'x-id=CopyObject',
  ];

  it.each(parameters)('PUT and DELETE of an object with ?%s change nothing', async (parameter) => {
    for (const method of ['PUT', 'DELETE']) {
      await expectNotImplemented(
        await s3.raw(method, `/${Bucket}/${KEY}?${parameter}`, {}, method === 'PUT' ? 'x' : undefined),
      );
    }
    await expectUnchanged();
  });

  it.each(parameters)('GET of an object with ?%s does not return the object', async (parameter) => {
    await expectNotImplemented(await s3.raw('GET', `/${Bucket}/${KEY}?${parameter}`));
  });

  it.each(['policy', 'lifecycle', 'versioning', 'versions', 'uploads', 'publicAccessBlock', 'something-new'])(
    'GET and PUT of the bucket with ?%s are refused',
    async (parameter) => {
      for (const method of ['GET', 'PUT']) {
        const response = await s3.raw(method, `/${Bucket}?${parameter}`);
        expect([response.status, await response.text()]).toEqual([
          expect.toBeOneOf([405, 501]),
          expect.stringMatching(/<Code>(NotImplemented|MethodNotAllowed)<\/Code>/),
        ]);
      }
    },
  );
});

describe('S3 refuses an unsupported header:', () => {
  it.each([
    ['x-amz-copy-source', `/${Bucket}/other`],
    ['x-amz-tagging', 'a=b'],
    ['x-amz-acl', 'public-read'],
    ['x-amz-grant-read', 'id=1'],
    ['x-amz-storage-class', 'GLACIER'],
    ['x-amz-server-side-encryption', 'aws:kms'],
    ['x-amz-server-side-encryption-customer-algorithm', 'AES256'],
    ['x-amz-object-lock-mode', 'GOVERNANCE'],
    ['x-amz-website-redirect-location', '/x'],
    ['x-amz-write-offset-bytes', '1'],
    ['x-amz-something-new', '1'],
    ['if-none-match', '"0"'],
  ])('PUT of an object with %s: %s stores nothing', async (name, value) => {
    await expectNotImplemented(await s3.raw('PUT', `/${Bucket}/${KEY}`, { [name]: value }, 'x'));
    await expectUnchanged();
  });

  it('DELETE with x-amz-mfa or an unsupported condition deletes nothing', async () => {
    for (const name of ['x-amz-mfa', 'x-amz-if-match-size', 'x-amz-bypass-governance-retention']) {
      await expectNotImplemented(await s3.raw('DELETE', `/${Bucket}/${KEY}`, { [name]: '1' }));
    }
    await expectUnchanged();
  });

  it('DELETE with another expected owner is denied', async () => {
    const response = await s3.raw('DELETE', `/${Bucket}/${KEY}`, { 'x-amz-expected-bucket-owner': '111111111111' });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
    await expectUnchanged();
  });
});

describe('S3 compares the body with its headers and', () => {
  const chunked = { 'content-encoding': 'aws-chunked', 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };

  it.each([
    ['BadDigest', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'x'],
    ['InvalidDigest', { 'content-md5': 'x' }, 'x'],
    ['BadDigest', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'x'],
    ['BadDigest', { 'x-amz-checksum-sha256': 'AAAA' }, 'x'],
    ['NotImplemented', { 'x-amz-checksum-xxhash64': 'AAAA' }, 'x'],
    ['InvalidRequest', { 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'x'],
    ['XAmzContentSHA256Mismatch', { 'x-amz-content-sha256': '0'.repeat(64) }, 'x'],
    ['MissingContentLength', chunked, '1\r\nx\r\n0\r\n\r\n'],
    ['IncompleteBody', { ...chunked, 'x-amz-decoded-content-length': '5' }, '1\r\nx\r\n0\r\n\r\n'],
    ['IncompleteBody', { ...chunked, 'x-amz-decoded-content-length': '1' }, '5\r\nx\r\n0\r\n\r\n'],
    ['IncompleteBody', { ...chunked, 'x-amz-decoded-content-length': '1' }, 'plain text'],
    [
      'MalformedTrailerError',
      { ...chunked, 'x-amz-decoded-content-length': '1', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      '1\r\nx\r\n0\r\n\r\n',
    ],
    [
      'BadDigest',
      { ...chunked, 'x-amz-decoded-content-length': '1', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      '1\r\nx\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
    ],
  ])('refuses it with %s for %j', async (code, headers, body) => {
    const response = await s3.raw('PUT', `/${Bucket}/${KEY}`, headers as Record<string, string>, body);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
    await expectUnchanged();
  });

  it('accepts signed chunks with a trailing checksum', async () => {
    const headers = { ...chunked, 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' };
    const checksum = Buffer.from(crc32(REPORT).toString(16).padStart(8, '0'), 'hex').toString('base64');
    const body =
      `3;chunk-signature=${'0'.repeat(64)}\r\na,b\r\n2;chunk-signature=${'0'.repeat(64)}\r\n\r\n\r\n` +
      `0;chunk-signature=${'0'.repeat(64)}\r\nx-amz-checksum-crc32:${checksum}\r\nx-amz-trailer-signature:0\r\n\r\n`;
    const response = await s3.raw('PUT', `/${Bucket}/${KEY}`, headers, body);
    expect([response.status, await response.text()]).toEqual([200, '']);
    await expectUnchanged();
  });
});

describe('S3 names the fault:', () => {
  it('a key too long for a file name is a KeyTooLongError', async () => {
    const response = await s3.raw('PUT', `/${Bucket}/${'%2F'.repeat(100)}`, {}, 'x');
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('KeyTooLongError')]);
  });

  it('a path that is not UTF-8 is an InvalidURI', async () => {
    const response = await s3.raw('PUT', `/${Bucket}/%ff`, {}, 'x');
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('InvalidURI')]);
  });

  it.each(['<Delete', '<Delete/>', '<Delete><Object/></Delete>', '<Delete><Object><Key></Key></Object></Delete>'])(
    'DeleteObjects with the body %s is MalformedXML',
    async (body) => {
      const md5 = createHash('md5').update(body).digest('base64');
      const response = await s3.raw('POST', `/${Bucket}?delete`, { 'content-md5': md5 }, body);
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('MalformedXML')]);
      await expectUnchanged();
    },
  );
});
