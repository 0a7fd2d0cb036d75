import { describe, expect, it } from 'vitest';
import { decodeAmf0, encodeAmf0, encodeAmf0EcmaArray } from './amf0.ts';

describe('AMF0', () => {
  it('gives back every value it encodes', () => {
    const values = ['connect', 1, null, undefined, true, false, 'ü€', 'x'.repeat(70_000), [1, 'two', { three: 3 }]];
    expect(decodeAmf0(encodeAmf0(...values))).toEqual(values);
    expect(decodeAmf0(encodeAmf0({ app: 'live', nested: { deep: -1.5 } }))).toEqual([
      { app: 'live', nested: { deep: -1.5 } },
    ]);
    expect(decodeAmf0(encodeAmf0EcmaArray({ width: 1280, stereo: true }))).toEqual([{ width: 1280, stereo: true }]);
  });

  it('writes the bytes of the specification', () => {
    expect(encodeAmf0('a', 1, null).toString('hex')).toBe('02000161' + '003ff0000000000000' + '05');
    expect(encodeAmf0({ a: true }).toString('hex')).toBe('030001610101000009');
    expect(encodeAmf0EcmaArray({ a: true }).toString('hex')).toBe('08000000010001610101000009');
  });

  it('refuses bytes that end early, nest without end or are of an unknown type', () => {
    expect(() => decodeAmf0(encodeAmf0('text').subarray(0, 5))).toThrow(/ends early/);
    expect(() => decodeAmf0(Buffer.concat(Array.from({ length: 100 }, () => Buffer.of(10, 0, 0, 0, 1))))).toThrow(
      /deeply/,
    );
    expect(() => decodeAmf0(Buffer.of(10, 0xff, 0xff, 0xff, 0xff))).toThrow(/ends early/);
    expect(() => decodeAmf0(Buffer.of(0x11))).toThrow(/not supported/);
  });

  it('does not let a peer reach into an object prototype', () => {
    const [decoded] = decodeAmf0(encodeAmf0EcmaArray(JSON.parse('{"__proto__":{"polluted":1}}')));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(decoded)).toBeNull();
  });
});
