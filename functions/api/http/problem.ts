import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { awsErrorKind, toAppError } from '../../aws/aws-errors.ts';
import { AppError, type ErrorKind } from '../../domain/errors.ts';
import type { Logger } from '../../workflow/workflow-deps.ts';
import type { WayToSignIn } from '../auth/authentication.ts';
import type { ProblemBody } from '../schemas/problem.ts';

/** HTTP status per kind of error; the only place that defines it. */
const STATUS: Record<ErrorKind, ContentfulStatusCode> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method: 405,
  conflict: 409,
  precondition: 412,
  too_large: 413,
  unsupported_media: 415,
  invalid: 422,
  too_many: 429,
  internal: 500,
  unavailable: 503,
};

/** Returns the HTTP status of an error. */
export function statusOf(error: AppError): ContentfulStatusCode {
  return STATUS[error.kind];
}

/** Returns the RFC 9457 response for an error. @param about `signIn` is part of a 401 */
export function toProblemResponse(error: AppError, about: { requestId: string; signIn?: WayToSignIn }): Response {
  const body: ProblemBody = {
    type: `urn:sluice:problem:${error.code}`,
    title: error.title,
    status: statusOf(error),
    detail: error.detail,
    code: error.code,
    remedy: error.remedy,
    requestId: about.requestId,
    ...(error.kind === 'unauthenticated' && about.signIn ? { signIn: about.signIn } : {}),
    ...(error.errors ? { errors: error.errors } : {}),
    ...(error.allowedActions ? { allowedActions: error.allowedActions } : {}),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
  };
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (error.kind === 'unauthenticated') headers.set('www-authenticate', 'Bearer');
  if (error.retryAfterSeconds !== undefined) headers.set('retry-after', String(error.retryAfterSeconds));
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

/** Turns a thrown value into an error that is safe to show. */
export function explain(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status < 500) return explainHttp(error);
  const kind = awsErrorKind(error);
  if (kind === 'conflict') return busy();
  if (kind === 'throttled' || kind === 'unavailable' || isAwsError(error)) {
    const translated = toAppError(error, 'this request');
    // The general remedy of these codes concerns a channel's settings, which this request does not touch.
    if (translated.code !== 'aws_refused' && translated.code !== 'permission_denied') return translated;
    return new AppError(translated.code, {
      detail: translated.detail,
      remedy: 'check that the deployment is complete; find the AWS request id in the log by this request’s id',
      internal: translated.internal,
    });
  }
  return new AppError('internal', {
    detail: 'the request failed because of an internal error',
    remedy: 'try again; if it fails again, look up the request id in the log',
    internal: describe(error),
  });
}

/** Logs server-side errors once; a caller's mistake is not logged. */
export function logFailure(logger: Logger, error: AppError, details: Record<string, unknown>): void {
  if (statusOf(error) < 500) return;
  const internal = error.internal ?? (error.cause === undefined ? undefined : describe(error.cause));
  logger.error('request failed', { ...details, code: error.code, ...(internal ? { internal } : {}) });
}

/** An AWS resource is between two states, which is not an internal error. */
function busy(): AppError {
  return new AppError('illegal_transition', {
    detail: 'an AWS resource is changing its state and accepts no other request meanwhile',
    remedy: 'try again in a moment',
    retryAfterSeconds: 5,
  });
}

function isAwsError(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error;
}

function explainHttp(error: HTTPException): AppError {
  if (error.status === 415) return unsupportedMediaType();
  return malformed('the request cannot be read');
}

/** The error for an unreadable body; `detail` must not quote it. */
export function malformed(detail: string): AppError {
  return new AppError('malformed_request', { detail, remedy: 'send one JSON object, as GET /api/docs describes it' });
}

/** The error for a body that is not JSON. */
export function unsupportedMediaType(): AppError {
  return new AppError('unsupported_media_type', {
    detail: 'the body must be JSON in UTF-8',
    remedy: 'send the header Content-Type: application/json',
  });
}

/** The error for a body that is not a picture, where one is needed. */
export function pictureExpected(): AppError {
  return new AppError('unsupported_media_type', {
    detail: 'the body must be a picture',
    remedy: 'send the picture with the content type image/png or image/jpeg',
  });
}

/** Returns name and stack of an error without its message, which may quote the input. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 4).map((line) => line.trim())].join(' | ');
}
