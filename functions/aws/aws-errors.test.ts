import { describe, expect, it } from 'vitest';
import { awsErrorKind } from './aws-errors.ts';

/** Builds an error as the SDK throws it: a name, a message, and what the transport added. */
function failure(name: string, rest: { message?: string; code?: string; status?: number } = {}): Error {
  const { message = 'no', code, status } = rest;
  return Object.assign(new Error(message), { name, code, $metadata: { httpStatusCode: status } });
}

describe('awsErrorKind', () => {
  // Every name the SDK's own retries treat as throttling; CloudWatch and S3 use names the other services do not.
  it.each([
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
  ])('classifies %s as throttled, whatever the status', (name) => {
    expect(awsErrorKind(failure(name, { status: 400 }))).toBe('throttled');
    expect(awsErrorKind(failure(name, { status: 503 }))).toBe('throttled');
  });

  it.each(['ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT'])(
    'classifies the network error %s as unavailable',
    (code) => {
      expect(awsErrorKind(failure('Error', { code }))).toBe('unavailable');
    },
  );

  it.each(['RequestTimeout', 'RequestTimeoutException', 'TimeoutError'])('classifies %s as unavailable', (name) => {
    expect(awsErrorKind(failure(name, { status: 400 }))).toBe('unavailable');
  });

  it('classifies a success that cannot be read as unavailable', () => {
    expect(awsErrorKind(failure('Error', { message: 'XML parse error: unexpected end', status: 200 }))).toBe(
      'unavailable',
    );
  });

  it('recognises a reached quota by its wording, and classifies an unknown name by the status', () => {
    const message = 'Limit exceeded: too many channels';
    expect(awsErrorKind(failure('UnprocessableEntityException', { message }))).toBe('quota');
    expect(awsErrorKind(failure('UnprocessableEntityException'))).toBe('invalid');
    expect(awsErrorKind(failure('NewInThisService', { status: 429 }))).toBe('throttled');
    expect(awsErrorKind(failure('NewInThisService', { status: 502 }))).toBe('unavailable');
    expect(awsErrorKind(failure('NewInThisService', { status: 400 }))).toBe('unknown');
  });
});
