import { PAYLOAD_BYTES } from '../../../../functions/connect/srt/packets.ts';

const PACKET_BYTES = 188;
const SYNC_BYTE = 0x47;

/** Cuts a transport stream into payloads of seven whole packets, as SRT's receivers expect them. */
export interface PayloadCutter {
  push(chunk: Buffer): void;
  /** Forgets what is left of a connection that has ended. */
  restart(): void;
}

/** @param onPayload receives each payload; its bytes are not written to afterwards */
export function createPayloadCutter(onPayload: (payload: Buffer) => void): PayloadCutter {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (bytes.length >= PAYLOAD_BYTES) {
        const start = findSync(bytes);
        bytes = bytes.subarray(start);
        if (bytes.length < PAYLOAD_BYTES) break;
        onPayload(bytes.subarray(0, PAYLOAD_BYTES));
        bytes = bytes.subarray(PAYLOAD_BYTES);
      }
      // A copy, because a small rest would keep the whole chunk in memory.
      rest = Buffer.from(bytes);
    },
    restart() {
      rest = Buffer.alloc(0);
    },
  };
}

/** Returns where the next packets begin: two sync bytes, one packet apart. */
function findSync(bytes: Buffer): number {
  let start = bytes.indexOf(SYNC_BYTE);
  while (start !== -1 && start + PACKET_BYTES < bytes.length && bytes[start + PACKET_BYTES] !== SYNC_BYTE) {
    start = bytes.indexOf(SYNC_BYTE, start + 1);
  }
  return start === -1 ? bytes.length : start;
}
