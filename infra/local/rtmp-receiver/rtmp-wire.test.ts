import { describe, expect, it } from 'vitest';
import { createMessageCollector, readCommandValues, writeCommand, writeMessage } from './rtmp-wire.ts';
import type { ReceivedMessage } from './rtmp-wire.ts';

/** Collects messages from bytes that arrive in pieces of the given size. */
function collect(bytes: Buffer, pieceBytes = bytes.length): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  const push = createMessageCollector((message) => messages.push(message));
  for (let at = 0; at < bytes.length; at += pieceBytes) push(bytes.subarray(at, at + pieceBytes));
  return messages;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('the message collector', () => {
  it('reads all four header forms with their time deltas, however the bytes are split', () => {
    const bytes = hex(
      '06 0003e8 000002 09 01000000 aabb' + // full header: 1000 ms
        '46 000021 000001 08 cc' + // same stream, delta 33
        '86 00000a dd' + // delta 10
        'c6 ee', // same delta again
    );
    const expected = [
      { type: 9, stream: 1, timestamp: 1000, payload: hex('aabb') },
      { type: 8, stream: 1, timestamp: 1033, payload: hex('cc') },
      { type: 8, stream: 1, timestamp: 1043, payload: hex('dd') },
      { type: 8, stream: 1, timestamp: 1053, payload: hex('ee') },
    ];
    for (const pieceBytes of [1, 2, 3, 5, 7, 1000]) expect(collect(bytes, pieceBytes)).toEqual(expected);
  });

  it('reassembles two interleaved messages', () => {
    const video = Buffer.alloc(200, 1);
    const head = (id: string, type: string) => hex(`${id} 000000 0000c8 ${type} 01000000`);
    const bytes = Buffer.concat([
      head('06', '09'),
      video.subarray(0, 128),
      head('04', '08'),
      Buffer.alloc(128, 2),
      hex('c6'),
      video.subarray(128),
      hex('c4'),
      Buffer.alloc(72, 2),
    ]);
    const messages = collect(bytes, 11);
    expect(messages.map(({ type }) => type)).toEqual([9, 8]);
    expect(messages[0]!.payload).toEqual(video);
    expect(messages[1]!.payload).toEqual(Buffer.alloc(200, 2));
  });

  it('reads extended timestamps, which continuing chunks must repeat', () => {
    const body = Buffer.alloc(130, 7);
    const start = Buffer.concat([hex('06 ffffff 000082 09 01000000 01000021'), body.subarray(0, 128)]);
    const good = Buffer.concat([start, hex('c6 01000021'), body.subarray(128)]);
    expect(collect(good, 9)).toEqual([{ type: 9, stream: 1, timestamp: 0x01000021, payload: body }]);
    expect(() => collect(Buffer.concat([start, hex('c6'), body.subarray(128), hex('0000')]))).toThrow(/extended/);
  });

  it('reads chunk stream ids of two and three bytes and applies a new chunk size', () => {
    const bytes = Buffer.concat([
      hex('02 000000 000004 01 00000000 000000c8'),
      hex('00 24 000000 0000c8 09 01000000'),
      Buffer.alloc(200, 3),
      hex('01 2401 000000 000001 08 01000000 04'),
    ]);
    expect(collect(bytes, 13).map(({ type, payload }) => [type, payload.length])).toEqual([
      [9, 200],
      [8, 1],
    ]);
  });

  it('throws at bytes that cannot be RTMP', () => {
    expect(() => collect(hex('c6 00'))).toThrow(/full header/);
    expect(() => collect(hex('02 000000 000004 01 00000000 00000000'))).toThrow(/chunk size/);
  });
});

it('readCommandValues reads a command that writeCommand wrote in chunks', () => {
  const command = writeCommand('onStatus', 0, null, { level: 'status', description: 'x'.repeat(300), count: 3 });
  const [message] = collect(writeMessage(20, 1, command, 128));
  expect(readCommandValues(message!.payload)).toEqual([
    'onStatus',
    0,
    null,
    { level: 'status', description: 'x'.repeat(300), count: 3 },
  ]);
});
