import { describe, expect, it } from 'vitest';
import { createChunkReader } from './chunk-reader.ts';
import { toChunks } from './chunk-writer.ts';
import type { IncomingMessage } from './chunk-reader.ts';

const message = { typeId: 9, chunkStreamId: 6, streamId: 1, timestampMs: 40 };

describe('writing chunks', () => {
  it('refers to the body instead of copying it', () => {
    const body = Buffer.alloc(250, 5);
    const chunks = toChunks({ ...message, body }, 100);
    expect(chunks.map(({ length }) => length)).toEqual([12, 100, 1, 100, 1, 50]);
    for (const index of [1, 3, 5]) expect(chunks[index]!.buffer).toBe(body.buffer);
    expect(chunks[0]!.toString('hex')).toBe('06000028' + '0000fa' + '09' + '01000000');
    expect(chunks[2]!.toString('hex')).toBe('c6');
  });

  it('does not start another chunk when the body exactly fills the last one', () => {
    expect(toChunks({ ...message, body: Buffer.alloc(100) }, 100)).toHaveLength(2);
    expect(toChunks({ ...message, body: Buffer.alloc(200) }, 100)).toHaveLength(4);
  });

  it('repeats an extended timestamp in every chunk, from 0xffffff on', () => {
    const [header, , continuation] = toChunks({ ...message, timestampMs: 0xffffff, body: Buffer.alloc(101) }, 100);
    expect(header!.toString('hex')).toBe('06ffffff' + '000065' + '09' + '01000000' + '00ffffff');
    expect(continuation!.toString('hex')).toBe('c600ffffff');
    expect(toChunks({ ...message, timestampMs: 0xfffffe, body: Buffer.alloc(1) }, 100)[0]).toHaveLength(12);
    expect(toChunks({ ...message, timestampMs: 2 ** 32 + 7, body: Buffer.alloc(1) }, 100)[0]!.readUIntBE(1, 3)).toBe(7);
  });
});

describe('reading chunks', () => {
  function read(bytes: Buffer, pieceBytes: number): IncomingMessage[] {
    const messages: IncomingMessage[] = [];
    const push = createChunkReader((incoming) => messages.push(incoming));
    for (let at = 0; at < bytes.length; at += pieceBytes) push(bytes.subarray(at, at + pieceBytes));
    return messages;
  }

  it('assembles messages from bytes cut at any place, at the chunk size the peer has set', () => {
    const body = Buffer.alloc(700, 3);
    const size = Buffer.alloc(4);
    size.writeUInt32BE(300);
    const bytes = Buffer.concat([
      ...toChunks({ ...message, typeId: 20, body }, 128),
      ...toChunks({ ...message, typeId: 1, body: size }, 128),
      ...toChunks({ ...message, typeId: 20, timestampMs: 0x1000000, body }, 300),
    ]);
    for (const pieceBytes of [1, 7, 128, 5000]) {
      expect(read(bytes, pieceBytes)).toEqual([
        { typeId: 20, streamId: 1, body },
        { typeId: 20, streamId: 1, body },
      ]);
    }
  });

  it('discards a message the peer aborts', () => {
    const whole = Buffer.concat(toChunks({ ...message, typeId: 20, body: Buffer.alloc(200, 1) }, 128));
    const abort = Buffer.concat(
      toChunks({ ...message, chunkStreamId: 2, typeId: 2, body: Buffer.of(0, 0, 0, 6) }, 128),
    );
    expect(read(Buffer.concat([whole.subarray(0, 140), abort, whole]), 64)).toHaveLength(1);
  });

  it('skips messages no publisher needs, of any size, and continues behind them', () => {
    const command = toChunks({ ...message, typeId: 20, body: Buffer.alloc(50, 7) }, 128);
    const others = [
      { typeId: 18, bytes: 300_000 },
      { typeId: 9, bytes: 5_000_000 },
      { typeId: 22, bytes: 200 },
      { typeId: 99, bytes: 0 },
      { typeId: 20, bytes: 70_000 },
    ];
    for (const { typeId, bytes } of others) {
      const other = toChunks({ ...message, typeId, chunkStreamId: 8, body: Buffer.alloc(bytes) }, 128);
      expect(read(Buffer.concat([...other, ...command]), 4_096)).toEqual([
        { typeId: 20, streamId: 1, body: Buffer.alloc(50, 7) },
      ]);
    }
  });

  it('keeps no byte of a skipped message, even of one chunk of gigabytes', () => {
    const size = Buffer.of(0x7f, 0xff, 0xff, 0xff);
    const messages: IncomingMessage[] = [];
    const push = createChunkReader((incoming) => messages.push(incoming));
    push(Buffer.concat(toChunks({ ...message, typeId: 1, body: size }, 128)));
    push(toChunks({ ...message, typeId: 18, body: Buffer.alloc(0xffffff) }, 0x7fffffff)[0]!);
    const piece = Buffer.alloc(65_536);
    const before = process.memoryUsage().arrayBuffers;
    for (let left = 0xffffff; left > 0; left -= piece.length) push(piece.subarray(0, left));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000);
    push(Buffer.concat(toChunks({ ...message, typeId: 20, body: Buffer.alloc(9) }, 128)));
    expect(messages).toHaveLength(1);
  });

  it('rejects bytes that cannot be RTMP or are meant to exhaust the reader', () => {
    const manyStreams = Buffer.concat(
      Array.from({ length: 1_100 }, (_, id) => Buffer.of(1, id & 0xff, id >> 8, ...Buffer.alloc(11))),
    );
    expect(() => read(manyStreams, 14)).toThrow(/too many/);
    const unfinished = Array.from({ length: 40 }, (_, id) =>
      Buffer.concat(toChunks({ ...message, chunkStreamId: id + 4, typeId: 20, body: Buffer.alloc(60_000) }, 59_999)),
    ).map((chunks) => chunks.subarray(0, 12 + 59_999));
    const size = toChunks({ ...message, typeId: 1, body: Buffer.of(0, 0, 0xea, 0x5f) }, 128);
    expect(() => read(Buffer.concat([...size, ...unfinished]), 16_384)).toThrow(/unfinished/);
    expect(() => read(Buffer.concat(toChunks({ ...message, typeId: 1, body: Buffer.alloc(4) }, 128)), 16)).toThrow(
      /zero/,
    );
  });
});
