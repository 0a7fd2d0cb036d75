import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import type { ProbeResult } from '../domain/ingest-probe.ts';
import type { OutputProblem } from '../domain/output-problem.ts';
import { createCheckedLookup, requireAllowedAddress } from './checked-lookup.ts';
import type { DialRules } from './rtmp/rtmp-socket.ts';
import { readHandshakeAnswer, writeInduction } from './srt/handshake.ts';
import { CONTROL, readControlPacket, writeControlPacket } from './srt/packets.ts';

const REPEAT_MS = 250;
const SEQUENCES = 0x7fff_ffff;

/**
 * Asks an SRT receiver for its cookie. A listener keeps nothing for this first half of the handshake (that is the cookie's
 * purpose), so no session begins; whether it accepts the stream ID and the passphrase shows only in the second half.
 * @returns null when the signal ended it
 * @see https://datatracker.ietf.org/doc/html/draft-sharabayko-srt-01#section-4.3.1
 */
export async function probeSrt(
  { host, port }: { host: string; port: number },
  { dial, limitMs }: { dial: DialRules; limitMs: number },
  signal: AbortSignal,
): Promise<ProbeResult | null> {
  const found = await resolveAllowed(host, dial);
  if (signal.aborted) return null;
  if ('failure' in found) return { reached: 'nothing', address: null, certificateUntil: null, ...found };
  return askForCookie({ ...found, port }, limitMs, signal);
}

type Found = { address: string; family: number } | { failure: ProbeResult['failure'] };

function resolveAllowed(host: string, dial: DialRules): Promise<Found> {
  return new Promise((resolve) => {
    const refuse = (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'ERR_ADDRESS_NOT_ALLOWED'
          ? { failure: { code: 'host_not_public', detail: error.message } }
          : {
              failure: { code: 'host_not_found', detail: `the host name has no address (${error.code ?? 'unknown'})` },
            },
      );
    try {
      requireAllowedAddress(host, dial);
    } catch (error) {
      return refuse(error as NodeJS.ErrnoException);
    }
    if (isIP(host) !== 0) return resolve({ address: host, family: isIP(host) });
    // MediaConnect and the local engine call IPv4 addresses.
    createCheckedLookup(dial)(host, { family: 4, all: false }, (error, address) => {
      if (error) refuse(error);
      else resolve({ address: address as string, family: 4 });
    });
  });
}

function askForCookie(
  { address, port, family }: { address: string; port: number; family: number },
  limitMs: number,
  signal: AbortSignal,
): Promise<ProbeResult | null> {
  return new Promise((resolve) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const beganAtMs = performance.now();
    const caller = { socketId: randomInt(1, SEQUENCES), firstSequence: randomInt(SEQUENCES), latencyMs: 0 };
    const body = writeInduction({ ...caller, streamId: null });
    const ask = () => {
      const timestamp = Math.round((performance.now() - beganAtMs) * 1000);
      // An undeliverable datagram is a lost one; the socket reports what lasts.
      socket.send(writeControlPacket({ type: CONTROL.handshake, body }, timestamp, 0), () => {});
    };
    const repeat = setInterval(ask, REPEAT_MS);
    const limit = setTimeout(() => fail('connect_timeout', 'the receiver does not answer'), limitMs);
    const onAbort = () => end(null);
    signal.addEventListener('abort', onAbort, { once: true });

    function end(result: Pick<ProbeResult, 'reached' | 'failure'> | null): void {
      clearInterval(repeat);
      clearTimeout(limit);
      signal.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      socket.on('error', () => {});
      socket.close();
      resolve(result && { ...result, address, certificateUntil: null });
    }

    function fail(code: OutputProblem, detail: string): void {
      end({ reached: 'nothing', failure: { code, detail } });
    }

    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      code === 'ECONNREFUSED'
        ? fail('connection_refused', 'nothing listens on this port')
        : fail('connect_timeout', `the receiver cannot be reached (${code ?? 'unknown'})`),
    );
    socket.on('message', (packet) => {
      const control = readControlPacket(packet);
      const answer = control?.type === CONTROL.handshake ? readHandshakeAnswer(control.body, false) : null;
      if (answer?.kind === 'induction') end({ reached: 'answered', failure: null });
      else if (answer?.kind === 'rejected')
        fail('receiver_rejected', `the receiver refused the caller (${answer.reason})`);
    });
    socket.connect(port, address, ask);
  });
}
