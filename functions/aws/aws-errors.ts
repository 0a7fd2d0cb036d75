import { AppError } from '../domain/errors.ts';

/**
 * AWS errors are told apart once, here, by name: `instanceof` fails where the live service answers with an error its
 * model does not list (DeleteInputSecurityGroup and ConflictException, for one).
 */

export type AwsErrorKind =
  | 'not_found'
  | 'conflict'
  | 'throttled'
  | 'unavailable'
  | 'quota'
  | 'denied'
  | 'condition_failed'
  | 'invalid'
  | 'unknown';

const KINDS: Record<string, AwsErrorKind> = {
  NotFoundException: 'not_found',
  ResourceNotFoundException: 'not_found',
  ExecutionDoesNotExist: 'not_found',
  ConflictException: 'conflict',
  TooManyRequestsException: 'throttled',
  ThrottlingException: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  SlowDown: 'throttled',
  ThrottledException: 'throttled',
  Throttling: 'throttled',
  InternalServerErrorException: 'unavailable',
  InternalServerError: 'unavailable',
  BadGatewayException: 'unavailable',
  GatewayTimeoutException: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  TimeoutError: 'unavailable',
  RequestTimeout: 'unavailable',
  RequestTimeoutException: 'unavailable',
  AddFlowOutputs420Exception: 'quota',
  CreateFlow420Exception: 'quota',
  LimitExceededException: 'quota',
  LimitExceeded: 'quota',
  ForbiddenException: 'denied',
  AccessDeniedException: 'denied',
  ExpiredTokenException: 'denied',
  ConditionalCheckFailedException: 'condition_failed',
  BadRequestException: 'invalid',
  UnprocessableEntityException: 'invalid',
  ValidationException: 'invalid',
};

const NETWORK_CODES = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Which kind of failure an error thrown by an SDK client is. */
export function awsErrorKind(error: unknown): AwsErrorKind {
  if (!(error instanceof Error)) return 'unknown';
  const kind = KINDS[error.name];
  // Which error MediaLive uses for a reached quota is not public, so the wording decides whatever its name is.
  if (saysQuota(error)) return 'quota';
  if (kind) return kind;
  // An answer that is cut off or no JSON at all: whether the call took effect is unknown.
  if (error instanceof SyntaxError && '$metadata' in error) return 'unavailable';
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && NETWORK_CODES.has(code)) return 'unavailable';
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status === 429) return 'throttled';
  return status !== undefined && status >= 500 ? 'unavailable' : 'unknown';
}

/** Kinds that say nothing about quotas, whatever their text: a missing thing, a lost condition, an outage. */
const NEVER_QUOTA = new Set<AwsErrorKind | undefined>(['not_found', 'condition_failed', 'unavailable']);

/** Words of a reached quota. A rate that is exceeded says "rate" or "request" and is throttling. */
function saysQuota({ name, message }: Error): boolean {
  if (NEVER_QUOTA.has(KINDS[name])) return false;
  if (/\b(rate|requests?)\b/i.test(message)) return false;
  return (
    /quota|limit exceeded|too many .* (in|for) (the|this) (region|account)/i.test(message) ||
    /(limit|maximum)( number)? (of|for) (channels|inputs|outputs|input security groups)/i.test(message) ||
    /(channels?|inputs?|outputs?|input security groups?) limit/i.test(message)
  );
}

/** True when AWS says the thing does not exist. */
export function isNotFound(error: unknown): boolean {
  return awsErrorKind(error) === 'not_found';
}

/** True when a conditional write lost. */
export function isConditionFailed(error: unknown): boolean {
  return awsErrorKind(error) === 'condition_failed';
}

interface ValidationIssue {
  ElementPath?: string;
  ErrorMessage?: string;
}

/**
 * Turns a terminal AWS failure into an AppError a person can act on. AWS's own text is passed on only from fields known
 * not to echo the request.
 */
export function toAppError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error;
  const name = error instanceof Error ? error.name : 'unknown error';
  const requestId = (error as { $metadata?: { requestId?: string } })?.$metadata?.requestId ?? 'none';
  const internal = `${name} while ${doing}, AWS request id ${requestId}`;
  switch (awsErrorKind(error)) {
    case 'quota':
      return new AppError('quota_exceeded', {
        detail: `AWS refused ${doing}: an account quota is reached`,
        remedy: 'delete a destination that is not needed, or request a higher quota in Service Quotas',
        internal,
      });
    case 'denied':
      return new AppError('permission_denied', {
        detail: `AWS denied the permission for ${doing}`,
        remedy: 'check the role of the workflow function',
        internal,
      });
    case 'throttled':
    case 'unavailable':
      return new AppError('upstream_unavailable', {
        detail: `AWS did not answer ${doing} (${name})`,
        remedy: 'try again in a moment',
        internal,
        retryAfterSeconds: 5,
      });
    default: {
      const issues = (error as { ValidationErrors?: ValidationIssue[] })?.ValidationErrors ?? [];
      const paths = issues.map((issue) => issue.ElementPath).filter(Boolean);
      return new AppError('aws_refused', {
        detail: `AWS refused ${doing} (${name}${paths.length > 0 ? ` at ${paths.join(', ')}` : ''})`,
        remedy: 'check URL and preset of the destination; the log has the request id for AWS support',
        internal,
      });
    }
  }
}
