import { describe, expect, it } from 'vitest';
import { decodeAmf0, encodeAmf0, encodeAmf0EcmaArray } from './amf0.ts';

describe('AMF0', () => {
  it('decodes every value it encodes', () => {
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

  const text = (value: string) => encodeAmf0(value).subarray(1);
  const typed: [name: string, bytes: Buffer, value: unknown][] = [
    ['a reference', Buffer.of(7, 0, 1), undefined],
    ['"unsupported"', Buffer.of(13), undefined],
    ['an XML document', Buffer.of(15, 0, 0, 0, 4, ...Buffer.from('<a/>')), '<a/>'],
    ['a date', Buffer.from('0b' + '4080000000000000' + '0000', 'hex'), 512],
    ['a typed object', Buffer.concat([Buffer.of(16), text('Class'), encodeAmf0({ a: 1 }).subarray(1)]), { a: 1 }],
  ];
  it.each(typed)('reads or skips %s, and reads the value after it', (_name, bytes, value) => {
    expect(decodeAmf0(Buffer.concat([encodeAmf0('onStatus'), bytes, encodeAmf0(7)]))).toEqual(['onStatus', value, 7]);
    const inObject = Buffer.concat([
      Buffer.of(3),
      text('odd'),
      bytes,
      text('code'),
      encodeAmf0('Good'),
      Buffer.of(0, 0, 9),
    ]);
    expect(decodeAmf0(inObject)).toEqual([{ odd: value, code: 'Good' }]);
  });

  it.each([
    ['AMF3', Buffer.of(17, 10, 11, 1)],
    ['a movie clip', Buffer.of(4)],
    ['a record set', Buffer.of(14)],
    ['a type of the future', Buffer.of(0x55)],
    ['text that ends early', encodeAmf0('text').subarray(0, 5)],
    ['arrays without end', Buffer.concat(Array.from({ length: 100 }, () => Buffer.of(10, 0, 0, 0, 1)))],
  ])('keeps the values before %s', (_name, bytes) => {
    expect(decodeAmf0(Buffer.concat([encodeAmf0('onStatus', 0), bytes])).slice(0, 2)).toEqual(['onStatus', 0]);
    const cut = Buffer.concat([
      encodeAmf0('onStatus'),
      Buffer.of(3),
      text('code'),
      encodeAmf0('Good'),
      text('x'),
      bytes,
    ]);
    expect(decodeAmf0(cut)).toMatchObject(['onStatus', { code: 'Good' }]);
  });

  it('stops at ten thousand values', () => {
    const many = Buffer.concat([Buffer.of(10, 0xff, 0xff, 0xff, 0xff), Buffer.alloc(60_000, 5)]);
    expect((decodeAmf0(many)[0] as unknown[]).length).toBeLessThanOrEqual(10_000);
  });

  it('does not let a peer reach into an object prototype', () => {
    const [decoded] = decodeAmf0(encodeAmf0EcmaArray(JSON.parse('{"__proto__":{"polluted":1}}')));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(decoded)).toBeNull();
  });
});
