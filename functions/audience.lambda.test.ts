import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nameViewer } from './audience/viewer-address.ts';

const arn = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`;
const EDGE = 'e'.repeat(64);
const SECRETS: Record<string, string> = {
  [arn('edge')]: EDGE,
  [arn('media')]: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  [arn('cdn')]: '{"MediaPackageCDNIdentifier":"identifier"}',
};
const secretsManager = mockClient(SecretsManagerClient);
const table = mockClient(DynamoDBDocumentClient);
const printed: string[] = [];
let files: string;

beforeEach(() => {
  vi.resetModules();
  secretsManager.reset();
  table.reset();
  table.on(QueryCommand).resolves({ Items: [] });
  table.on(GetCommand).resolves({});
  printed.length = 0;
  secretsManager.on(GetSecretValueCommand).callsFake(({ SecretId }) => ({ SecretString: SECRETS[SecretId] }));
  files = mkdtempSync(join(tmpdir(), 'sluice-pages-'));
  mkdirSync(join(files, '.vite'));
  writeFileSync(
    join(files, '.vite', 'manifest.json'),
    JSON.stringify({ 'watch/main.ts': { file: 'main-1a2b.js', css: ['main-3c4d.css'] } }),
  );
  writeFileSync(join(files, 'main-1a2b.js'), 'export {};');
  const environment = {
    ...{ AWS_REGION: 'eu-west-1', TABLE_NAME: 'sluice-prod', REPORT_BUCKET: 'reports-1' },
    ...{ RECORDING_BUCKET: 'recordings-1', PUBLIC_HOST: 'watch.example.com', MEDIA_KEY_PAIR_ID: 'K2JCJMDEHXQW5F' },
    ...{ EDGE_SECRET_ARN: arn('edge'), MEDIA_KEY_SECRET_ARN: arn('media'), CDN_IDENTIFIER_SECRET_ARN: arn('cdn') },
    ...{ HLS_URL: 'https://abc.mediapackage.example/out/v1/0f1e/index.m3u8', PAGE_FILES: files },
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const write = (line: unknown) => printed.push(String(line)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(files, { recursive: true, force: true });
});

async function loadHandler() {
  const { handler } = await import('./audience.lambda.ts');
  return async (path: string, headers: Record<string, string> = { 'x-sluice-edge': EDGE }) => {
    const event = {
      ...{ version: '2.0', rawPath: path, rawQueryString: '', isBase64Encoded: false },
      headers: { host: 'gateway.example', 'cloudfront-viewer-address': '192.0.2.7:4711', ...headers },
      requestContext: { http: { method: 'GET', path }, domainName: 'gateway.example' },
    };
    const answer = await handler(event as never, { awsRequestId: 'r' } as never);
    return answer as { statusCode: number; body: string; headers: Record<string, string> };
  };
}

describe('the public side’s entry point', () => {
  it('serves the pages to the distribution, by the name that watchers use', async () => {
    const call = await loadHandler();
    const page = await call('/watch');
    expect([page.statusCode, page.headers['cache-control']]).toEqual([200, 'public, max-age=5']);
    expect(page.body).toContain('/audience/assets/main-1a2b.js');
    expect(page.headers['strict-transport-security']).toContain('max-age');
    expect((await call('/audience/assets/main-1a2b.js')).body).toBe('export {};');
    expect((await call('/oembed')).statusCode).toBe(404);
  });

  it.each([
    ['without the secret', {}],
    ['with another secret', { 'x-sluice-edge': 'f'.repeat(64) }],
    ['with a part of it', { 'x-sluice-edge': EDGE.slice(1) }],
  ])('refuses a request %s, which did not come through the distribution', async (_what, headers) => {
    const call = await loadHandler();
    for (const path of ['/watch', '/audience/private/x/x/index.m3u8', '/audience/assets/main-1a2b.js']) {
      const { statusCode, body } = await call(path, headers as Record<string, string>);
      expect([statusCode, JSON.parse(body).code], path).toEqual([403, 'forbidden']);
    }
    expect(table.calls()).toEqual([]);
  });

  it('reads its secrets once, however many requests arrive, and again after a failure', async () => {
    secretsManager
      .on(GetSecretValueCommand, { SecretId: arn('media') })
      .rejectsOnce(Object.assign(new Error('denied for s3cr3t'), { name: 'AccessDeniedException' }))
      .resolves({ SecretString: SECRETS[arn('media')] });
    const call = await loadHandler();
    await expect(call('/watch')).rejects.toThrow();
    expect(printed.join('')).toContain('AccessDeniedException');
    expect(printed.join('')).not.toContain('s3cr3t');
    const before = secretsManager.commandCalls(GetSecretValueCommand).length;
    const answers = await Promise.all([call('/watch'), call('/watch'), call('/watch')]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    const calls = secretsManager.commandCalls(GetSecretValueCommand).slice(before);
    const read = calls.map(({ args: [{ input }] }) => input.SecretId ?? '');
    expect(read.toSorted()).toEqual([arn('edge'), arn('media')]);
  });

  it('logs neither addresses of watchers nor secrets', async () => {
    table.on(GetCommand).rejects(new Error('the table is away'));
    const call = await loadHandler();
    expect((await call(`/watch/${'0'.repeat(26)}`)).statusCode).toBe(500);
    expect(printed.join('')).toContain('a public request failed');
    for (const word of ['192.0.2.7', EDGE, 'PRIVATE KEY']) expect(printed.join('')).not.toContain(word);
  });
});

describe('nameViewer', () => {
  it.each([
    ['198.51.100.10:46532', '198.51.100.10'],
    ['[2001:db8:1:2:3:4:5:6]:46532', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3:4:5:6:46532', '2001:db8:1:2::/64'],
    [undefined, 'unknown'],
    ['198.51.100.10', 'unknown'],
    ['x:1', 'unknown'],
    [`${':'.repeat(100_000)}x`, 'unknown'],
  ])('reads a header: %#', (header, name) => expect(nameViewer(header)).toBe(name));
});
