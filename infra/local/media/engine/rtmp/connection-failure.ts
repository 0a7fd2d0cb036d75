import type { OutputProblem } from '../contract.ts';

/** Why one connection did not come up or ended. */
export interface ConnectionFailure {
  code: OutputProblem;
  /** One line for the operator. Never holds the stream key. */
  detail: string;
  /**
   * Whether the far end refused us: `explicit` when it said so, `suspected` when it merely closed at the moment at which
   * platforms close for a wrong key.
   */
  rejection: 'explicit' | 'suspected' | 'none';
}

const DETAIL_CHARACTERS_MAX = 200;

const CERTIFICATE_CODES = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Words for a socket error that ended an attempt before RTMP was spoken. */
export function toConnectionFailure(error: Error, step: 'tcp' | 'tls' | 'rtmp'): ConnectionFailure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const fail = (problem: OutputProblem, detail: string): ConnectionFailure => ({
    code: problem,
    detail: code === '' ? detail : `${detail} (${code})`,
    rejection: 'none',
  });
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return fail('host_not_found', 'the host name has no address');
  if (code === 'ECONNREFUSED') return fail('connection_refused', 'nothing accepts connections at that host and port');
  if (step === 'tcp') {
    if (code === 'ETIMEDOUT') return fail('connect_timeout', 'the host did not answer');
    if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return fail('connect_timeout', 'the host cannot be reached');
    return fail('connection_lost', 'the connection could not be made');
  }
  if (CERTIFICATE_CODES.has(code)) return fail('certificate_invalid', 'the certificate was not accepted');
  if (step === 'tls') return fail('tls_failed', 'no encrypted connection could be agreed on');
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return fail('tls_failed', 'the encrypted connection broke');
  return fail('connection_lost', 'the connection was lost');
}

/** Text from a peer, fit to show: one line, bounded, and without the key should the peer have echoed it. */
export function toShownText(text: string, secret: string): string {
  const bare = secret.split('?', 1)[0]!;
  const hidden = [secret, encodeURIComponent(secret), bare, encodeURIComponent(bare)]
    .filter((spelling) => spelling !== '')
    .reduce((shown, spelling) => shown.replaceAll(spelling, '[redacted]'), text);
  return hidden
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, DETAIL_CHARACTERS_MAX);
}
