import type { Clock } from '../../host/clock.ts';
import { AwsError } from '../wire/aws-error.ts';

/** Requests per second for an account in one Region, and the burst after a pause. */
interface RateLimit {
  perSecond: number;
  burst: number;
}

/** MediaLive: one bucket for all operations. MediaConnect: one for the describing calls, one for the rest. */
const MEDIALIVE: RateLimit = { perSecond: 20, burst: 40 };
const MEDIACONNECT_DESCRIBE: RateLimit = { perSecond: 30, burst: 30 };
const MEDIACONNECT_OTHER: RateLimit = { perSecond: 5, burst: 30 };

const MEDIACONNECT_DESCRIBING = new Set(['DescribeFlow', 'DescribeFlowSourceMetadata', 'DescribeFlowSourceThumbnail']);

/**
 * AWS's request rates for MediaLive and MediaConnect, as token buckets.
 * @returns a function that throws `TooManyRequestsException` (429) for a call above the rate
 * @see https://docs.aws.amazon.com/medialive/latest/ug/eml-limitations-and-rules.html
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/quotas.html
 */
export function createRateLimits(clock: Clock): (call: { service: string; operation: string }) => void {
  const take = {
    medialive: createBucket(clock, MEDIALIVE),
    describing: createBucket(clock, MEDIACONNECT_DESCRIBE),
    mediaconnect: createBucket(clock, MEDIACONNECT_OTHER),
  };
  return ({ service, operation }) => {
    if (service === 'medialive') take.medialive();
    else if (service === 'mediaconnect')
      (MEDIACONNECT_DESCRIBING.has(operation) ? take.describing : take.mediaconnect)();
  };
}

function createBucket(clock: Clock, { perSecond, burst }: RateLimit): () => void {
  let tokens = burst;
  let filledAtMs = clock.now();
  return () => {
    const nowMs = clock.now();
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) / 1000) * perSecond);
    filledAtMs = nowMs;
    if (tokens < 1) throw new AwsError('TooManyRequestsException', 429, 'Too Many Requests: rate exceeded');
    tokens -= 1;
  };
}
