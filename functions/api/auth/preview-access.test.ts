import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createPreviewAccess } from './preview-access.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const NOW = new Date('2026-11-30T20:00:00Z');

function makeAccess(readPrivateKey = async () => privateKey) {
  const logged: string[] = [];
  const write = (message: string, details?: object) => void logged.push(JSON.stringify({ message, ...details }));
  const access = createPreviewAccess({
    host: 'sluice.example.com',
    keyPairId: 'K2JCJMDEHXQW5F',
    readPrivateKey,
    now: () => NOW,
    logger: { info: write, warn: write, error: write },
  });
  return { access, logged };
}

const valueOf = (cookies: string[], name: string) =>
  cookies.find((each) => each.startsWith(`${name}=`))!.split(/[=;]/, 2)[1]!;
/** Reverses CloudFront's replacement of characters that cookies and URLs cannot contain. */
const decode = (text: string) =>
  Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64');

describe('access to the preview', () => {
  it('is a signed policy for the preview’s path and two hours', async () => {
    const cookies = await makeAccess().access.open();
    const policy = decode(valueOf(cookies, 'CloudFront-Policy'));
    expect(JSON.parse(policy.toString())).toEqual({
      Statement: [
        {
          Resource: 'https://sluice.example.com/out/v1/*',
          Condition: { DateLessThan: { 'AWS:EpochTime': NOW.getTime() / 1000 + 7200 } },
        },
      ],
    });
    const signature = decode(valueOf(cookies, 'CloudFront-Signature'));
    expect(createVerify('RSA-SHA1').update(policy).verify(publicKey, signature)).toBe(true);
    expect(valueOf(cookies, 'CloudFront-Key-Pair-Id')).toBe('K2JCJMDEHXQW5F');
  });

  it('uses HttpOnly, SameSite=Strict cookies limited to the preview’s path', async () => {
    const { access } = makeAccess();
    for (const cookie of await access.open()) {
      expect(cookie).toMatch(/; Path=\/out\/v1; Max-Age=7200; HttpOnly; SameSite=Strict; Secure$/);
    }
    expect(access.close().map((cookie) => cookie.split(';', 1)[0])).toEqual([
      'CloudFront-Policy=',
      'CloudFront-Signature=',
      'CloudFront-Key-Pair-Id=',
    ]);
    for (const cookie of access.close()) expect(cookie).toContain('Path=/out/v1; Max-Age=0;');
  });

  it('reads the key once, retries after a failure, and logs only the error’s name', async () => {
    const answers = [Promise.reject(new Error('the secret is s3cr3t')), Promise.resolve(privateKey)];
    let reads = 0;
    const { access, logged } = makeAccess(() => answers[reads++]!);
    expect(await access.open()).toEqual([]);
    expect(await access.open()).toHaveLength(3);
    expect(await access.open()).toHaveLength(3);
    expect(reads).toBe(2);
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toContain('s3cr3t');
  });

  it('stays closed when the secret contains no key, and does not reveal its content', async () => {
    const { access, logged } = makeAccess(async () => 'not a key but s3cr3t');
    expect(await access.open()).toEqual([]);
    expect(logged.join()).not.toContain('s3cr3t');
  });
});
