import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { ClockComparison } from '../../../functions/domain/preflight-clock.ts';

/**
 * Compares the clock of this machine with a time server: one packet of SNTP, one answer, nothing kept.
 * @see https://www.rfc-editor.org/rfc/rfc4330 for the packet and the checks of an answer
 */

const PACKET_BYTES = 48;
const ANSWER_MS = 2_000;
/** Version 4, mode 3 (client). The rest of the request is zero, so it says nothing about this machine. */
const CLIENT = 0x23;
const SERVER_MODE = 4;
const UNSYNCHRONIZED = 3;
const STRATUM_MAX = 15;
/** Seconds from 1900, the epoch of NTP, to 1970. */
const EPOCH_SECONDS = 2_208_988_800;
/** A time whose highest bit is not set lies in the era that begins in 2036 (RFC 4330 section 3). */
const ERA_SECONDS = 2 ** 32;
/** A server that is further from its own source is no measure for a show. */
const DISTANCE_MS_MAX = 1_000;

export interface TimeServer {
  host: string;
  port: number;
}

/** Reads `host` or `host:port`, an IPv6 address in brackets. @returns null for anything else */
export function parseTimeServer(text: string): TimeServer | null {
  const [, six, name, port = '123'] = /^(?:\[([0-9a-f:.]+)\]|([\w.-]+))(?::([1-9]\d{0,4}))?$/i.exec(text) ?? [];
  const host = six ?? name;
  return host === undefined || Number(port) > 65_535 ? null : { host, port: Number(port) };
}

/** Asks the time server once. @param options.now the clock that is compared, in milliseconds */
export function compareClock(
  { host, port }: TimeServer,
  { answerMs = ANSWER_MS, now = Date.now }: { answerMs?: number; now?: () => number } = {},
): Promise<ClockComparison> {
  return new Promise((resolve) => {
    const request = Buffer.alloc(PACKET_BYTES);
    request[0] = CLIENT;
    // The server sends it back. A random one cannot be guessed, and does not reveal this clock.
    const nonce = randomBytes(8);
    nonce.copy(request, 40);
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (comparison: ClockComparison): void => {
      clearTimeout(timer);
      socket.removeAllListeners().on('error', () => undefined);
      socket.close();
      resolve(comparison);
    };
    const fail = (reason: string): void => end({ ok: false, server: host, reason });
    const timer = setTimeout(() => fail(`it did not answer within ${answerMs / 1000} seconds`), answerMs);
    let sentAtMs = 0;
    let sentAt = 0;
    socket.once('error', ({ message }) => fail(message));
    socket.once('connect', () => {
      sentAtMs = now();
      sentAt = performance.now();
      socket.send(request);
    });
    socket.on('message', (answer) => {
      // The clock may be set meanwhile, so what has passed is measured by another one.
      const receivedAtMs = sentAtMs + (performance.now() - sentAt);
      // Anyone can send a packet; only the server knows what it was asked.
      if (answer.length < PACKET_BYTES || !answer.subarray(24, 32).equals(nonce)) return;
      const refusal = refusalOf(answer);
      if (refusal !== null) return fail(refusal);
      end({ ok: true, server: host, ...offsetOf(answer, sentAtMs, receivedAtMs) });
    });
    // Connected, so the system drops what comes from another address.
    socket.connect(port, host);
  });
}

function refusalOf(answer: Buffer): string | null {
  const [first, stratum] = [answer[0]!, answer[1]!];
  if ((first & 7) !== SERVER_MODE) return 'its answer is not that of a time server';
  // Stratum 0 is the kiss of death: its code says why.
  if (stratum === 0) return `it refuses (${answer.toString('latin1', 12, 16).replaceAll(/[^A-Z]/g, '')})`;
  const isUnsure = first >> 6 === UNSYNCHRONIZED || stratum > STRATUM_MAX || distanceOf(answer) > DISTANCE_MS_MAX;
  if (isUnsure || answer.readBigUInt64BE(40) === 0n) return 'its own clock is not synchronized';
  return null;
}

/** Returns how far the server may be from its own source, in milliseconds. */
function distanceOf(answer: Buffer): number {
  return ((answer.readUInt32BE(4) / 2 + answer.readUInt32BE(8)) * 1000) / 65_536;
}

function timeAt(answer: Buffer, offset: number): number {
  const seconds = answer.readUInt32BE(offset);
  const era = seconds < ERA_SECONDS / 2 ? ERA_SECONDS : 0;
  return (seconds + era - EPOCH_SECONDS + answer.readUInt32BE(offset + 4) / ERA_SECONDS) * 1000;
}

function offsetOf(answer: Buffer, sentAtMs: number, receivedAtMs: number) {
  const [arrivedMs, leftMs] = [timeAt(answer, 32), timeAt(answer, 40)];
  const wayMs = Math.max(0, receivedAtMs - sentAtMs - (leftMs - arrivedMs));
  const offsetMs = (arrivedMs - sentAtMs + (leftMs - receivedAtMs)) / 2;
  return { offsetMs, uncertaintyMs: wayMs / 2 + distanceOf(answer) };
}
