import { findSync, hasSync, PACKET_BYTES } from './packet.ts';

/** Cuts a stream of bytes into transport packets. */
export interface PacketCutter {
  push(chunk: Buffer): void;
  /** Forgets the beginning of a packet. */
  reset(): void;
}

/**
 * @param handlers.onPacket receives the data that holds a packet, the packet's place in it, and its offset in the stream
 * @param handlers.onEnd no further packet of this data follows
 * @param handlers.onLoss bytes were skipped to find the next packet
 */
export function createPacketCutter(handlers: {
  onPacket: (data: Buffer, at: number, offset: number) => void;
  onEnd: () => void;
  onLoss: () => void;
}): PacketCutter {
  let remainder: Buffer = Buffer.alloc(0);
  let offset = 0;

  return {
    push(chunk) {
      // Copied: packets are renumbered in place.
      let data = Buffer.concat([remainder, chunk]);
      while (data.length >= PACKET_BYTES) {
        const start = findSync(data);
        if (start > 0) {
          handlers.onLoss();
          offset += start;
          data = data.subarray(start);
          if (data.length < PACKET_BYTES) break;
        }
        let end = 0;
        for (; end + PACKET_BYTES <= data.length && hasSync(data, end); end += PACKET_BYTES) {
          handlers.onPacket(data, end, offset + end);
        }
        if (end === 0) break;
        handlers.onEnd();
        offset += end;
        data = data.subarray(end);
      }
      remainder = data;
    },
    reset() {
      remainder = Buffer.alloc(0);
    },
  };
}
