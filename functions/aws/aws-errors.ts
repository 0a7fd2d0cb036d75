import { AppError } from '../domain/errors.ts';

/**
 * Classifies AWS errors in one place, by name. `instanceof` fails when the live service answers with an error its model
 * does not list, such as ConflictException from DeleteInputSecurityGroup.
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
  KMSThrottlingException: 'throttled',
  Throttling: 'throttled',
  InternalServerErrorException: 'unavailable',
  InternalServerError: 'unavailable',
  BadGatewayException: 'unavailable',
  GatewayTimeoutException: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  BodyCutOff: 'unavailable',
  TimeoutError: 'unavailable',
  RequestTimeout: 'unavailable',
  RequestTimeoutException: 'unavailable',
  AddFlowOutputs420Exception: 'quota',
  CreateFlow420Exception: 'quota',
  LimitExceededException: 'quota',
  LimitExceeded: 'quota',
  FilterPolicyLimitExceededException: 'quota',
  SubscriptionLimitExceededException: 'quota',
  ForbiddenException: 'denied',
  AccessDeniedException: 'denied',
  ExpiredTokenException: 'denied',
  AuthorizationErrorException: 'denied',
  ConditionalCheckFailedException: 'condition_failed',
  BadRequestException: 'invalid',
  InvalidParameterException: 'invalid',
  // Secrets Manager: the secret is being deleted, or is otherwise not in the state that the call needs.
  InvalidRequestException: 'conflict',
  ResourceExistsException: 'conflict',
  InternalServiceError: 'unavailable',
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

/** Classifies an error thrown by an SDK client. */
export function awsErrorKind(error: unknown): AwsErrorKind {
  if (!(error instanceof Error)) return 'unknown';
  const kind = KINDS[error.name];
  // AWS does not document which error MediaLive throws for a reached quota, so the wording decides before the name.
  if (saysQuota(error)) return 'quota';
  if (kind) return kind;
  // The answer was cut off or is not JSON, so whether the call took effect is unknown.
  if (error instanceof SyntaxError && '$metadata' in error) return 'unavailable';
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string' && NETWORK_CODES.has(code)) return 'unavailable';
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status === 429) return 'throttled';
  // The same for a success in XML that cannot be read.
  if (status !== undefined && status < 300) return 'unavailable';
  return status !== undefined && status >= 500 ? 'unavailable' : 'unknown';
}

/** Kinds that never mean a reached quota, whatever their text says. */
const NEVER_QUOTA = new Set<AwsErrorKind | undefined>(['not_found', 'condition_failed', 'unavailable']);

/** Recognises the wording of a reached quota. Text about an exceeded "rate" or "request" count means throttling. */
function saysQuota({ name, message }: Error): boolean {
  if (NEVER_QUOTA.has(KINDS[name])) return false;
  if (/\b(rate|requests?)\b/i.test(message)) return false;
  return (
    /quota|limit exceeded|too many .* (in|for) (the|this) (region|account)/i.test(message) ||
    /(limit|maximum)( number)? (of|for) (channels|inputs|outputs|input security groups)/i.test(message) ||
    /(channels?|inputs?|outputs?|input security groups?) limit/i.test(message)
  );
}

/** Returns true when AWS reports that the resource does not exist. */
export function isNotFound(error: unknown): boolean {
  return awsErrorKind(error) === 'not_found';
}

/** Returns true when the condition of a conditional write did not hold. */
export function isConditionFailed(error: unknown): boolean {
  return awsErrorKind(error) === 'condition_failed';
}

interface ValidationIssue {
  ElementPath?: string;
  ErrorMessage?: string;
}

/**
 * Turns a terminal AWS failure into an AppError the operator can act on. Passes on AWS's own text only from fields that
 * never echo the request, which may hold a stream key.
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
