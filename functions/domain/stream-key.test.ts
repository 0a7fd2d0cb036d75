import { format, inspect } from 'node:util';
import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { StreamKey } from './stream-key.ts';

const SECRET = 'wxyz-not-a-real-key-1234';
const key = StreamKey.from(SECRET);

function thrownWith(cause: unknown): Error {
  return new Error('could not publish', { cause });
}

describe('StreamKey', () => {
  it('returns the key only through reveal()', () => {
    expect(key.reveal()).toBe(SECRET);
  });

  it.each<[string, () => string]>([
    ['a template string', () => `${key as unknown as string}`],
    ['concatenation', () => 'key: ' + (key as unknown as string)],
    ['String()', () => String(key)],
    ['toString()', () => key.toString()],
    ['Array.join', () => [key, key].join()],
    ['toLocaleString()', () => key.toLocaleString()],
    ['Object.prototype.toString', () => Object.prototype.toString.call(key)],
    ['JSON.stringify', () => JSON.stringify(key)],
    ['JSON.stringify of a holder', () => JSON.stringify({ destination: { streamKey: key } })],
    ['util.inspect', () => inspect(key)],
    ['util.inspect with everything shown', () => inspect({ key }, { showHidden: true, depth: 9, getters: true })],
    ['util.inspect without custom printers', () => inspect({ key }, { customInspect: false, showHidden: true })],
    ['util.format', () => format('%s %o %O %j %d', key, key, key, key, key)],
    ['an error cause, inspected', () => inspect(thrownWith(key))],
    ['an error cause inside an object, inspected', () => inspect(thrownWith({ request: { key } }), { depth: 9 })],
    ['an error’s message', () => new Error(key as unknown as string).message],
    ['an error’s stack', () => String(new Error(`${key as unknown as string}`).stack)],
    ['a query string', () => new URLSearchParams({ key: key as unknown as string }).toString()],
    ['its own properties', () => JSON.stringify(Object.getOwnPropertyNames(key)) + Object.values(key).join()],
    ['a spread copy', () => inspect({ ...key })],
    ['a structured clone', () => inspect(structuredClone({ key }))],
    ['the wire format between processes', () => serialize({ key }).toString('latin1')],
  ])('does not show the key through %s', (_, print) => {
    expect(print()).not.toContain('not-a-real-key');
  });

  it('prints as [redacted], which cannot be mistaken for a key', () => {
    expect([`${key as unknown as string}`, JSON.stringify({ key }), inspect(key)]).toEqual([
      '[redacted]',
      '{"key":"[redacted]"}',
      '[redacted]',
    ]);
  });

  it('returns the last four characters of a key of eight or more, and null for a shorter one', () => {
    expect(StreamKey.from('abcd5678').last4()).toBe('5678');
    expect(StreamKey.from('abc4567').last4()).toBeNull();
    expect(StreamKey.from('😀😀😀😀😀😀😀😁').last4()).toBe('😀😀😀😁');
  });

  it('has the same fingerprint for the same key and deployment only', () => {
    const fingerprint = key.fingerprint('secret');
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(StreamKey.from(SECRET).fingerprint('secret')).toBe(fingerprint);
    expect(key.fingerprint('another')).not.toBe(fingerprint);
    expect(StreamKey.from(`${SECRET}5`).fingerprint('secret')).not.toBe(fingerprint);
  });

  it('refuses an empty key', () => {
    expect(() => StreamKey.from('')).toThrow('a stream key is needed');
  });
});
