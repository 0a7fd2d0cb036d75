import { describe, expect, it } from 'vitest';
import { toConnectionFailure } from './connection-failure.ts';

const error = (code: string) => Object.assign(new Error('secret'), { code });

describe('the reason of a failed connection', () => {
  it.each([
    ['ENOTFOUND', 'tcp', 'host_not_found'],
    ['EAI_AGAIN', 'tcp', 'host_not_found'],
    ['ECONNREFUSED', 'tcp', 'connection_refused'],
    ['ETIMEDOUT', 'tcp', 'connect_timeout'],
    ['EHOSTUNREACH', 'tcp', 'connect_timeout'],
    ['CERT_HAS_EXPIRED', 'tls', 'certificate_invalid'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'certificate_invalid'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'tls_failed'],
    ['ECONNRESET', 'tls', 'tls_failed'],
    ['ECONNRESET', 'rtmp', 'connection_lost'],
    ['EPIPE', 'rtmp', 'connection_lost'],
  ] as const)('%s during %s is %s', (code, step, expected) => {
    const failure = toConnectionFailure(error(code), step);
    expect(failure.code).toBe(expected);
    expect(failure.detail).toContain(code);
    expect(failure.detail).not.toContain('secret');
  });
});
