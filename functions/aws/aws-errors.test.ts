import { describe, expect, it } from 'vitest';
import { awsErrorKind } from './aws-errors.ts';

/** As the SDK throws them: a name, and what the transport said. */
function failure(name: string, rest: { message?: string; code?: string; status?: number } = {}): Error {
  const { message = 'no', code, status } = rest;
  return Object.assign(new Error(message), { name, code, $metadata: { httpStatusCode: status } });
}

describe('awsErrorKind', () => {
  // Every name by which the SDK's own retries know "slow down"; CloudWatch and S3 have their own.
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
  ])('takes %s for throttled, whatever its status', (name) => {
    expect(awsErrorKind(failure(name, { status: 400 }))).toBe('throttled');
    expect(awsErrorKind(failure(name, { status: 503 }))).toBe('throttled');
  });

  it.each(['ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'ETIMEDOUT'])(
    'takes %s for unavailable: nothing was said',
    (code) => {
      expect(awsErrorKind(failure('Error', { code }))).toBe('unavailable');
    },
  );

  it.each(['RequestTimeout', 'RequestTimeoutException', 'TimeoutError'])('takes %s for unavailable', (name) => {
    expect(awsErrorKind(failure(name, { status: 400 }))).toBe('unavailable');
  });

  it('tells a reached quota by its wording, and what it does not know by the status', () => {
    const message = 'Limit exceeded: too many channels';
    expect(awsErrorKind(failure('UnprocessableEntityException', { message }))).toBe('quota');
    expect(awsErrorKind(failure('UnprocessableEntityException'))).toBe('invalid');
    expect(awsErrorKind(failure('NewInThisService', { status: 429 }))).toBe('throttled');
    expect(awsErrorKind(failure('NewInThisService', { status: 502 }))).toBe('unavailable');
    expect(awsErrorKind(failure('NewInThisService', { status: 400 }))).toBe('unknown');
  });
});
