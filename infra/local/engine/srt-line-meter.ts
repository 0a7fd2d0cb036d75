import type { Clock } from '../host/clock.ts';

/**
 * Measures the quality of the line to a caller from the headers of SRT packets, which are in clear even for an
 * encrypted stream. Loss counts packets that did not arrive the first time, like MediaConnect's
 * SourcePacketLossPercent: packets retransmitted in time are repaired, but were lost.
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01#section-3
 */

const WINDOW_MS = 5_000;
const BUCKET_MS = 500;
const HEADER_BYTES = 16;
const JITTER_SMOOTHING = 16;
/** Sequence numbers have 31 bits and wrap around. */
const SEQUENCE_NUMBERS = 2 ** 31;
/** A larger gap is an interrupted line, not packet loss; a caller that restarts also causes one. */
const GAP_MAX = 8_192;

/** The measured quality of the line; empty while no caller is accepted. */
export interface LineQuality {
  /** Share of the packets of the last five seconds that did not arrive the first time. */
  packetLossPercent?: number;
  /** As SRT's receiver measures it. */
  roundTripMs?: number;
  /** Mean difference between two round trips, smoothed as RFC 3550 (6.4.1) smooths jitter. */
  jitterMs?: number;
}

/** A data packet's header. */
export interface SrtDataPacket {
  sequenceNumber: number;
  isRetransmitted: boolean;
}

/** Reads a data packet's header; null for a control packet and for other data. */
export function readDataPacket(packet: Buffer): SrtDataPacket | null {
  if (packet.length < HEADER_BYTES || packet[0]! >= 0x80) return null;
  return { sequenceNumber: packet.readUInt32BE(0), isRetransmitted: (packet[4]! & 0x04) !== 0 };
}

/** Reads the round trip from a full acknowledgement, in milliseconds; null for any other packet. */
export function readRoundTrip(packet: Buffer): number | null {
  const ACKNOWLEDGEMENT = 0x8002;
  // A light acknowledgement ends after its sequence number.
  if (packet.length < HEADER_BYTES + 8 || packet.readUInt16BE(0) !== ACKNOWLEDGEMENT) return null;
  return packet.readUInt32BE(HEADER_BYTES + 4) / 1000;
}

export interface SrtLineMeter {
  /** Records a packet from the caller, in the order of arrival. */
  received(packet: SrtDataPacket): void;
  acknowledged(roundTripMs: number): void;
  read(): LineQuality;
}

/** Measures the line of one caller. */
export function createSrtLineMeter(clock: Clock): SrtLineMeter {
  let buckets: { atMs: number; sent: number; lost: number }[] = [];
  let highest: number | null = null;
  let roundTripMs: number | undefined;
  let jitterMs: number | undefined;

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
      // Packets in between are missing so far, as is this one's original if it is a retransmission.
      else if (isNewer) count(ahead, ahead - 1 + (isRetransmitted ? 1 : 0));
      // Reordered on the way, not lost.
      else if (!isRetransmitted && ahead !== 0) count(0, -1);
    },
    acknowledged(latestMs) {
      if (roundTripMs !== undefined) {
        jitterMs ??= 0;
        jitterMs += (Math.abs(latestMs - roundTripMs) - jitterMs) / JITTER_SMOOTHING;
      }
      roundTripMs = latestMs;
    },
    read() {
      const recent = buckets.filter(({ atMs }) => clock.now() - atMs <= WINDOW_MS);
      const sent = recent.reduce((sum, bucket) => sum + bucket.sent, 0);
      const lost = recent.reduce((sum, bucket) => sum + bucket.lost, 0);
      if (sent === 0) return {};
      return { packetLossPercent: (Math.max(0, lost) * 100) / sent, roundTripMs, jitterMs };
    },
  };
}
