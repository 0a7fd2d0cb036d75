import { generateKeyPairSync } from 'node:crypto';
import { getSignedCookies } from '@aws-sdk/cloudfront-signer';
import { describe, expect, it } from 'vitest';
import { readSignedCookies, signCookies, type SignedCookies } from './signed-cookies.ts';

const makeKey = (keyPairId: string) => ({
  keyPairId,
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
});
const KEY = makeKey('K2JCJMDEHXQW5F');
const NOW = new Date('2026-12-03T10:00:00.000Z');
const RESOURCE = 'https://watch.example.com/audience/private/one/*';
const EXPIRES = new Date('2026-12-03T10:10:00.000Z');
const cookies = signCookies(KEY, { resource: RESOURCE, expiresAt: EXPIRES });
const read = (changes: Partial<SignedCookies> = {}, { resource = RESOURCE, now = NOW, key = KEY } = {}) =>
  readSignedCookies(key, { ...cookies, ...changes }, { resource, now });

describe('signed cookies', () => {
  it('open their resource until they expire', () => {
    expect(read()).toEqual(EXPIRES);
    expect(read({}, { now: new Date(EXPIRES.getTime() - 1) })).toEqual(EXPIRES);
    expect(read({}, { now: EXPIRES })).toBeNull();
  });

  it('are those of the library for the same policy', () => {
    const policy = `{"Statement":[{"Resource":"${RESOURCE}","Condition":{"DateLessThan":{"AWS:EpochTime":${EXPIRES.getTime() / 1000}}}}]}`;
    expect(cookies).toEqual(getSignedCookies({ policy, ...KEY }));
  });

  it('of another show are refused', () => {
    expect(read({}, { resource: RESOURCE.replace('one', 'two') })).toBeNull();
  });

  it('that were altered are refused', () => {
    const other = signCookies(KEY, { resource: RESOURCE, expiresAt: new Date('2027-01-01T00:00:00.000Z') });
    expect(read({ 'CloudFront-Policy': other['CloudFront-Policy'] })).toBeNull();
    expect(read({ 'CloudFront-Signature': other['CloudFront-Signature'] })).toBeNull();
    expect(read({ 'CloudFront-Key-Pair-Id': 'K0000000000000' })).toBeNull();
    const signature = cookies['CloudFront-Signature'];
    expect(
      read({ 'CloudFront-Signature': `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}` }),
    ).toBeNull();
  });

  it('that another key signed are refused', () => {
    const foreign = signCookies(makeKey(KEY.keyPairId), { resource: RESOURCE, expiresAt: EXPIRES });
    expect(readSignedCookies(KEY, foreign, { resource: RESOURCE, now: NOW })).toBeNull();
  });

  it.each([
    {},
    { 'CloudFront-Policy': '' },
    { 'CloudFront-Signature': '%%' },
    { 'CloudFront-Policy': 'A'.repeat(1e6) },
  ])('that are not cookies of ours are refused: %#', (changes) => {
    const key = { 'CloudFront-Key-Pair-Id': KEY.keyPairId };
    const sent: Partial<SignedCookies> = Object.keys(changes).length === 0 ? key : { ...cookies, ...changes };
    expect(readSignedCookies(KEY, sent, { resource: RESOURCE, now: NOW })).toBeNull();
  });
});
