import tls from 'node:tls';
import type net from 'node:net';
import type { ProbeResult, ProbeStep } from '../domain/ingest-probe.ts';
import type { Amf0Value } from './rtmp/amf0.ts';
import { CONNECT_TRANSACTION, describeConnectRefusal, writeConnect } from './rtmp/connect-command.ts';
import { describeClosing, describeForeignAnswer, describeSilence, type Step } from './rtmp/connection-endings.ts';
import type { ConnectionFailure } from './rtmp/connection-failure.ts';
import type { DialRules } from './rtmp/rtmp-socket.ts';
import { parseRtmpTarget } from './rtmp/rtmp-target.ts';
import { openRtmpTransport, type RtmpTransport } from './rtmp/rtmp-transport.ts';
import { isError, readServerWord } from './rtmp/server-words.ts';
import { toShownText } from './rtmp/server-text.ts';

export interface RtmpProbeOptions {
  /** The addresses that may be dialled. */
  dial: DialRules;
  limitMs: number;
  /** PEM certificates to trust besides the public ones. */
  certificateAuthorities?: string[];
}

/**
 * Tests an RTMP(S) server as a publisher meets it: name, address, TLS with the certificate, handshake and `connect` to the
 * application. Then it hangs up. It never creates a stream, so nothing appears at the platform.
 * @param url without a stream key
 * @returns null when the signal ended it
 */
export function probeRtmp(url: string, options: RtmpProbeOptions, signal: AbortSignal): Promise<ProbeResult | null> {
  return new Promise((resolve) => {
    const seen: Pick<ProbeResult, 'address' | 'certificateUntil'> = { address: null, certificateUntil: null };
    let isOver = false;
    const timers = { after };
    const target = parseRtmpTarget(url);
    const transport: RtmpTransport = openRtmpTransport({
      target,
      dial: options.dial,
      verifyCertificate: true,
      ...(options.certificateAuthorities && { certificateAuthorities: options.certificateAuthorities }),
      clock: timers,
      onConnected: (socket) => void Object.assign(seen, describeSocket(socket)),
      onOpen: () => writeConnect(transport.writer, target),
      onCommand,
      onStreamEnd: () => {},
      onAcknowledgement: () => {},
      onDrain: () => {},
      onForeignAnswer: (received) => fail(describeForeignAnswer(received)),
      onUnreadable: () =>
        fail({ code: 'not_rtmp', detail: 'the server does not speak RTMP as expected', rejection: 'none' }),
      onGone,
    });
    const cancelLimit = after(options.limitMs, () => fail(describeSilence(stepOf(transport))));
    const onAbort = () => end(null);
    signal.addEventListener('abort', onAbort, { once: true });

    function onCommand([name, transaction, , info]: Amf0Value[]): void {
      const word = readServerWord(info);
      const isAnswer = transaction === CONNECT_TRANSACTION;
      if (name === '_result' && isAnswer) return end({ reached: 'application', failure: null, ...seen });
      const isRefused = name === '_error' ? isAnswer : name === 'onStatus' && isError(info);
      if (isRefused) fail(describeConnectRefusal(word.kind, 'said' in word ? toShownText(word.said, '') : ''));
    }

    function onGone(): void {
      const [step, hasAnswered] = [stepOf(transport), transport.hasAnswered()];
      fail(describeClosing({ step, error: transport.error(), publishingForMs: null, hasAnswered, lastWords: '' }));
    }

    function fail({ code, detail, suspected }: ConnectionFailure): void {
      const failure = { code: suspected ?? code, detail };
      end({ reached: reachedBefore(stepOf(transport), target.secure), failure, ...seen });
    }

    function end(result: ProbeResult | null): void {
      if (isOver) return;
      isOver = true;
      cancelLimit();
      signal.removeEventListener('abort', onAbort);
      transport.cut();
      resolve(result);
    }
  });
}

function after(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}

function stepOf(transport: RtmpTransport): Step {
  const step = transport.step();
  return step === 'open' ? 'connect' : step;
}

/** Returns the last step that succeeded when a connection ends in the given one. */
function reachedBefore(step: Step, isSecure: boolean): ProbeStep {
  if (step === 'tcp') return 'nothing';
  if (step === 'tls') return 'tcp';
  if (step === 'handshake') return isSecure ? 'tls' : 'tcp';
  return 'answered';
}

function describeSocket(socket: net.Socket): Pick<ProbeResult, 'address' | 'certificateUntil'> {
  const validTo = socket instanceof tls.TLSSocket ? Date.parse(socket.getPeerCertificate().valid_to) : Number.NaN;
  return {
    address: socket.remoteAddress ?? null,
    certificateUntil: Number.isNaN(validTo) ? null : new Date(validTo).toISOString(),
  };
}
