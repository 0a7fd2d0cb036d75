import type { OutputProblem } from '../../domain/output-problem.ts';

/** The reason why a connection failed or ended. */
export interface ConnectionFailure {
  code: OutputProblem;
  /** One line for the operator. Never contains the stream key. */
  detail: string;
  /**
   * Whether the far end refused the stream: `explicit` when it reported a refusal, `suspected` when it only closed at
   * the point at which platforms close for a wrong key or application.
   */
  rejection: 'explicit' | 'suspected' | 'none';
  /** The problem to report once a suspected refusal has repeated. */
  suspected?: OutputProblem;
}

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

/** OpenSSL error codes and TLS alerts, with their meaning for the operator. */
const TLS_WORDS: readonly [RegExp, string][] = [
  [
    /ALERT_CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|ALERT_HANDSHAKE_FAILURE/,
    'the server refuses the connection: it may require a client certificate, or share no cipher with Sluice',
  ],
  [/UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|VERSION_TOO_LOW/, 'the server only speaks TLS 1.1 or older'],
  [/ALERT_UNRECOGNIZED_NAME/, 'the server does not know its own host name'],
];

/** Explains a socket error that ended an attempt before RTMP began. */
export function toConnectionFailure(error: Error, step: 'tcp' | 'tls' | 'rtmp'): ConnectionFailure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const fail = (problem: OutputProblem, detail: string): ConnectionFailure => ({
    code: problem,
    detail: code === '' ? detail : `${detail} (${code})`,
    rejection: 'none',
  });
  if (code === 'ERR_ADDRESS_NOT_ALLOWED') return { code: 'host_not_public', detail: error.message, rejection: 'none' };
  if (code === 'ENOTFOUND' || code === 'ENODATA') return fail('host_not_found', 'the host name has no address');
  if (code.startsWith('EAI_')) return fail('host_not_found', 'the host name cannot be resolved');
  if (code === 'ECONNREFUSED') return fail('connection_refused', 'nothing accepts connections at that host and port');
  if (step === 'tcp') {
    if (code === 'ETIMEDOUT') return fail('connect_timeout', 'the host did not answer');
    if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return fail('connect_timeout', 'the host cannot be reached');
    return fail('connection_lost', 'the connection could not be established');
  }
  if (CERTIFICATE_CODES.has(code)) return fail('certificate_invalid', 'the certificate was not accepted');
  const worded = TLS_WORDS.find(([pattern]) => pattern.test(code))?.[1];
  if (worded) return fail('tls_failed', worded);
  if (step === 'tls') return fail('tls_failed', 'the server does not speak TLS on this port');
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) return fail('tls_failed', 'the encrypted connection failed');
  return fail('connection_lost', 'the connection was lost');
}
