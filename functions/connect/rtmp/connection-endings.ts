/** Explains why a connection ended or stays silent, from the step it had reached. */
import { toConnectionFailure, type ConnectionFailure } from './connection-failure.ts';
import type { OutputProblem } from '../../domain/output-problem.ts';

export type Step =
  | 'tcp'
  | 'tls'
  | 'handshake'
  | 'connect'
  | 'createStream'
  | 'publish'
  /** The server has accepted the stream; media has not started. */
  | 'accepted'
  | 'publishing'
  | 'over';

/** A silent close this soon after `publish` means a refusal, as with nginx-rtmp and others. */
const SUSPICIOUS_CLOSE_MS = 3_000;

/** Explains a server that has not answered within the limit. */
export function describeSilence(step: Step): ConnectionFailure {
  const fail = (code: OutputProblem, detail: string): ConnectionFailure => ({ code, detail, rejection: 'none' });
  if (step === 'tcp') return fail('connect_timeout', 'the host did not answer');
  if (step === 'tls') return fail('tls_failed', 'the server did not answer the TLS handshake');
  if (step === 'handshake') return fail('handshake_unanswered', 'the server did not answer the RTMP handshake');
  if (step === 'connect') return fail('handshake_unanswered', 'the server did not answer the RTMP connect command');
  return fail('publish_unanswered', 'the server did not answer the request to publish');
}

export interface Closing {
  step: Step;
  error: Error | null;
  /** Start of publishing; null before. */
  publishingForMs: number | null;
  /** Whether any byte has been received. */
  hasAnswered: boolean;
  /** The server's last message, safe to show. */
  lastWords: string;
}

/** Explains a lost connection. */
export function describeClosing({ step, error, publishingForMs, hasAnswered, lastWords }: Closing): ConnectionFailure {
  const words = lastWords && ` (${lastWords})`;
  const suspect = (suspected: OutputProblem, detail: string): ConnectionFailure => ({
    code: 'connection_lost',
    detail: detail + words,
    rejection: 'suspected',
    suspected,
  });
  if (step === 'publish' || step === 'accepted') {
    return suspect('stream_key_rejected', 'the server closed the connection right after receiving the stream key');
  }
  if (publishingForMs !== null && publishingForMs < SUSPICIOUS_CLOSE_MS) {
    return suspect('stream_refused', 'the server accepted the stream key and closed the connection when media arrived');
  }
  if (error && (step === 'tcp' || step === 'tls')) return toConnectionFailure(error, step);
  const failure = error && toConnectionFailure(error, 'rtmp');
  if (failure && failure.code !== 'connection_lost') return failure;
  if (step === 'tls') {
    return {
      code: 'tls_failed',
      detail: 'the server closed the connection during the TLS handshake',
      rejection: 'none',
    };
  }
  if (step === 'handshake' && !hasAnswered) {
    return { code: 'not_rtmp', detail: 'the server closed the connection when RTMP began', rejection: 'none' };
  }
  if (step === 'connect' || step === 'createStream') {
    return suspect('application_rejected', 'the server closed the connection after receiving the application name');
  }
  const detail = failure?.detail ?? `the server closed the connection${words}`;
  return { code: 'connection_lost', detail, rejection: 'none' };
}

/** Explains a peer that answers with a protocol other than RTMP. */
export function describeForeignAnswer(received: Buffer): ConnectionFailure {
  // A TLS record: alert or handshake, version 3.x. (RFC 8446 section 5.1)
  if ((received[0] === 0x15 || received[0] === 0x16) && received[1] === 3) {
    return { code: 'tls_expected', detail: 'the server answers with TLS', rejection: 'none' };
  }
  const text = received.subarray(0, 512).toString('latin1');
  if (/sent to (an )?HTTPS port|HTTPS? required/i.test(text)) {
    return { code: 'tls_expected', detail: 'the server requires TLS on this port', rejection: 'none' };
  }
  const isHttp = text.startsWith('HTTP/');
  return {
    code: 'not_rtmp',
    detail: isHttp ? 'a web server answers at that port' : 'the server answers with a protocol other than RTMP',
    rejection: 'none',
  };
}
