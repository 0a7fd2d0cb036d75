import type { Clock } from '../host/clock.ts';

/**
 * Reads from the headers of SRT packets how good the line to a caller is. Headers are in clear whether or not the stream
 * is encrypted. Loss is what did not come the first time, as MediaConnect's SourcePacketLossPercent counts it: packets
 * that are sent again in time are repaired, and were lost all the same.
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01#section-3
 */

const WINDOW_MS = 5_000;
const BUCKET_MS = 500;
const HEADER_BYTES = 16;
/** Sequence numbers have 31 bits and wrap round. */
const SEQUENCE_NUMBERS = 2 ** 31;
/** A larger gap is a line that was gone, not one that loses packets; a caller that begins anew also looks like it. */
const GAP_MAX = 8_192;

/** What is known of the line; nothing while no caller is accepted. */
export interface LineQuality {
  /** Of the packets sent within the last five seconds, those that did not arrive the first time. */
  packetLossPercent?: number;
  /** As SRT's receiver measures it. */
  roundTripMs?: number;
}

/** A data packet's header. */
export interface SrtDataPacket {
  sequenceNumber: number;
  isRetransmitted: boolean;
}

/** Null for a control packet and for what is no SRT. */
export function readDataPacket(packet: Buffer): SrtDataPacket | null {
  if (packet.length < HEADER_BYTES || packet[0]! >= 0x80) return null;
  return { sequenceNumber: packet.readUInt32BE(0), isRetransmitted: (packet[4]! & 0x04) !== 0 };
}

/** The round trip that a full acknowledgement tells, in milliseconds; null for every other packet. */
export function readRoundTrip(packet: Buffer): number | null {
  const ACKNOWLEDGEMENT = 0x8002;
  // A light acknowledgement ends after its sequence number.
  if (packet.length < HEADER_BYTES + 8 || packet.readUInt16BE(0) !== ACKNOWLEDGEMENT) return null;
  return packet.readUInt32BE(HEADER_BYTES + 4) / 1000;
}

export interface SrtLineMeter {
  /** A packet from the caller, in the order of arrival. */
  received(packet: SrtDataPacket): void;
  acknowledged(roundTripMs: number): void;
  read(): LineQuality;
}

/** Measures the line of one caller. */
export function createSrtLineMeter(clock: Clock): SrtLineMeter {
  let buckets: { atMs: number; sent: number; lost: number }[] = [];
  let highest: number | null = null;
  let roundTripMs: number | undefined;

  function count(sent: number, lost: number): void {
    const atMs = clock.now();
    let newest = buckets.at(-1);
    if (!newest || atMs - newest.atMs >= BUCKET_MS) {
      newest = { atMs, sent: 0, lost: 0 };
      buckets.push(newest);
      buckets = buckets.filter((bucket) => atMs - bucket.atMs <= WINDOW_MS);
    }
    newest.sent += sent;
    newest.lost += lost;
  }

  return {
    received({ sequenceNumber, isRetransmitted }) {
      const ahead: number = highest === null ? 1 : (sequenceNumber - highest + SEQUENCE_NUMBERS) % SEQUENCE_NUMBERS;
      const isNewer = ahead > 0 && ahead < SEQUENCE_NUMBERS / 2;
      if (isNewer) highest = sequenceNumber;
      if (isNewer && ahead > GAP_MAX) count(1, 0);
      // Those in between have not come so far, nor has this one's first sending if it is sent again.
      else if (isNewer) count(ahead, ahead - 1 + (isRetransmitted ? 1 : 0));
      // Overtaken on the way: it was not lost after all.
      else if (!isRetransmitted && ahead !== 0) count(0, -1);
    },
    acknowledged(latestMs) {
      roundTripMs = latestMs;
    },
    read() {
      const recent = buckets.filter(({ atMs }) => clock.now() - atMs <= WINDOW_MS);
      const sent = recent.reduce((sum, bucket) => sum + bucket.sent, 0);
      const lost = recent.reduce((sum, bucket) => sum + bucket.lost, 0);
      if (sent === 0) return {};
      return { packetLossPercent: (Math.max(0, lost) * 100) / sent, roundTripMs };
    },
  };
}
