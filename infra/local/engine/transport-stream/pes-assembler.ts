/**
 * Assembles the PES packets of one stream.
 *
 * A video PES packet usually does not state its length, so its end is known only when the next one starts, one picture
 * later. Muxers put stuffing only into the last transport packet of a PES packet. After a stream has kept to that for a
 * while, stuffing ends the PES packet at once, which saves one picture's duration of latency. One counter-example
 * switches this off again.
 */
import type { PacketHeader } from './packet.ts';
import { readTime } from './pes-time.ts';

/** PES packets a stream must end with stuffing before stuffing counts as the end. */
const STUFFING_TRUST = 25;
/** A PES packet larger than this is not a picture: its end was lost. */
const PES_BYTES_MAX = 8 * 1024 * 1024;

export interface AssembledPes {
  /** 33-bit, 90 kHz. Null when the packet carries no time. */
  pts: number | null;
  dts: number | null;
  data: Buffer;
  /** Offset of its first transport packet. */
  offset: number;
  /** The muxer marked it as a place to start decoding. */
  randomAccess: boolean;
}

export interface PesAssembler {
  /** Reads the stream's packets in order. */
  push(packet: PacketHeader, offset: number): void;
}

interface Assembly {
  chunks: Buffer[];
  bytes: number;
  /** Length of the whole PES packet in bytes, header included; 0 if not stated. */
  expectedBytes: number;
  offset: number;
  randomAccess: boolean;
  open: boolean;
  stuffed: boolean;
  flushedEarly: boolean;
}

/** @param handlers.onGap packets of the stream are missing */
export function createPesAssembler(handlers: { onPes(pes: AssembledPes): void; onGap(): void }): PesAssembler {
  let current: Assembly = begin(0, false, 0);
  current.open = false;
  let counter = -1;
  let stuffingTrust = 0;

  function push(packet: PacketHeader, offset: number): void {
    if (packet.payload.length === 0) return;
    if (counter >= 0 && !packet.discontinuity) {
      if (packet.counter === counter) return;
      if (packet.counter !== ((counter + 1) & 15)) {
        handlers.onGap();
        // A picture with a gap would decode to garbage; it is dropped.
        current.open = false;
        current.flushedEarly = false;
      }
    }
    ({ counter } = packet);
    if (packet.starts) {
      if (current.open && current.stuffed) stuffingTrust += 1;
      flush();
      const length = packet.payload.length >= 6 ? packet.payload.readUInt16BE(4) : 0;
      current = begin(offset, packet.randomAccess, length === 0 ? 0 : length + 6);
    } else {
      if (current.flushedEarly || (current.open && current.stuffed && current.expectedBytes === 0)) {
        stuffingTrust = Number.NEGATIVE_INFINITY;
        current.flushedEarly = false;
      }
      if (!current.open) return;
    }
    add(packet);
  }

  function add({ payload, stuffed }: PacketHeader): void {
    current.chunks.push(payload);
    current.bytes += payload.length;
    current.stuffed = stuffed;
    if (current.bytes > PES_BYTES_MAX) current.open = false;
    else if (current.expectedBytes > 0 && current.bytes >= current.expectedBytes) flush();
    else if (current.expectedBytes === 0 && stuffed && stuffingTrust >= STUFFING_TRUST) {
      flush();
      current.flushedEarly = true;
    }
  }

  function flush(): void {
    if (!current.open) return;
    current.open = false;
    const { chunks, expectedBytes, offset, randomAccess } = current;
    const packet = Buffer.concat(chunks);
    current.chunks = [];
    if (packet.length < 9 || packet.readUIntBE(0, 3) !== 1) return;
    const flags = packet[7]! >> 6;
    const pts = flags & 2 && packet.length >= 14 ? readTime(packet, 9) : null;
    const dts = flags === 3 && packet.length >= 19 ? readTime(packet, 14) : pts;
    const end = expectedBytes > 0 ? Math.min(packet.length, expectedBytes) : packet.length;
    const data = packet.subarray(9 + packet[8]!, end);
    if (data.length > 0) handlers.onPes({ pts, dts, data, offset, randomAccess });
  }

  return { push };
}

function begin(offset: number, randomAccess: boolean, expectedBytes: number): Assembly {
  return {
    chunks: [],
    bytes: 0,
    expectedBytes,
    offset,
    randomAccess,
    open: true,
    stuffed: false,
    flushedEarly: false,
  };
}
