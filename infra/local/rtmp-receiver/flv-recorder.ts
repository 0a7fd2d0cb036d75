import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Adobe's FLV header with audio and video flags, and the first (empty) back pointer. */
export const FLV_OPENING = Buffer.from([0x46, 0x4c, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0]);

/** Builds one tag with its back pointer. Types: 8 audio, 9 video, 18 data. */
export function buildFlvTag(tagType: number, timestampMs: number, body: Buffer): Buffer {
  const head = Buffer.alloc(11);
  head[0] = tagType;
  head.writeUIntBE(body.length, 1, 3);
  head.writeUIntBE(timestampMs & 0xffffff, 4, 3);
  head[7] = (timestampMs >>> 24) & 0xff;
  const back = Buffer.alloc(4);
  back.writeUInt32BE(body.length + 11);
  return Buffer.concat([head, body, back]);
}

export interface FlvRecorder {
  write(tagType: number, timestampMs: number, body: Buffer): void;
  /** Resolves when everything is in the file; rejects when it could not be written. */
  close(): Promise<void>;
}

/** Records media messages into an FLV file, unchanged. */
export function createFlvRecorder(path: string): FlvRecorder {
  const file = createWriteStream(path);
  const done = finished(file);
  // `close` reports the error; a full disk must not end the recording process.
  done.catch(() => {});
  file.write(FLV_OPENING);
  return {
    write(tagType, timestampMs, body) {
      file.write(buildFlvTag(tagType, timestampMs, body));
    },
    async close() {
      file.end();
      await done;
    },
  };
}
