/**
 * Every error a caller can meet, in one table: code to kind and title. Only the API maps a kind, to an HTTP status.
 * `detail` and `remedy` are always safe to show; `internal` and `cause` go to the log only. None of them ever holds a
 * stream key.
 */

const ERROR_CODES = {
  validation_failed: { kind: 'invalid', title: 'The request is not valid' },
  malformed_request: { kind: 'malformed', title: 'The request cannot be read' },
  url_not_allowed: { kind: 'invalid', title: 'The RTMP URL is not allowed' },
  url_contains_stream_key: { kind: 'invalid', title: 'The RTMP URL carries the stream key' },
  preset_unsupported: { kind: 'invalid', title: 'The preset does not fit the platform' },
  payload_too_large: { kind: 'too_large', title: 'The request body is too large' },
  unsupported_media_type: { kind: 'unsupported_media', title: 'The content type is not supported' },
  unauthenticated: { kind: 'unauthenticated', title: 'Sign in first' },
  forbidden: { kind: 'forbidden', title: 'Not allowed' },
  not_found: { kind: 'not_found', title: 'Not found' },
  method_not_allowed: { kind: 'method', title: 'The method is not allowed here' },
  illegal_transition: { kind: 'conflict', title: 'Not possible now' },
  ceiling_reached: { kind: 'conflict', title: 'A ceiling is reached' },
  restart_required: { kind: 'conflict', title: 'The destination is on air' },
  stop_required: { kind: 'conflict', title: 'The destination is wanted on air' },
  protected_destination: { kind: 'conflict', title: 'The preview starts and stops by its mode' },
  no_encoder: { kind: 'conflict', title: 'No encoder is connected' },
  show_conflict: { kind: 'conflict', title: 'Another show wants the destination' },
  duplicate_destination: { kind: 'conflict', title: 'The destination exists already' },
  duplicate_name: { kind: 'conflict', title: 'The name is taken' },
  duplicate_address: { kind: 'conflict', title: 'The address has another subscription' },
  invitation_void: { kind: 'conflict', title: 'The invitation no longer works' },
  idempotency_conflict: { kind: 'conflict', title: 'The idempotency key was used for another request' },
  concurrent_change: { kind: 'conflict', title: 'It was changed at the same time' },
  etag_mismatch: { kind: 'precondition', title: 'Changed by someone else' },
  throttled: { kind: 'too_many', title: 'Too many requests' },
  upstream_unavailable: { kind: 'unavailable', title: 'AWS does not answer' },
  store_unavailable: { kind: 'unavailable', title: 'Nothing can be saved at the moment' },
  internal: { kind: 'internal', title: 'Something went wrong on our side' },
  quota_exceeded: { kind: 'conflict', title: 'An AWS quota is reached' },
  flow_full: { kind: 'conflict', title: 'The flow has no room for another output' },
  // Reasons an operation fails. They appear as lastError, never as the status of a response.
  source_not_active: { kind: 'conflict', title: 'The flow is not running' },
  source_unsupported: { kind: 'conflict', title: 'The source exceeds what channels declare' },
  channel_create_failed: { kind: 'unavailable', title: 'The channel could not be created' },
  channel_start_failed: { kind: 'unavailable', title: 'The channel did not start' },
  aws_refused: { kind: 'unavailable', title: 'AWS refused the request' },
  permission_denied: { kind: 'unavailable', title: 'AWS denied the permission' },
  resource_missing: { kind: 'unavailable', title: 'An AWS resource is missing' },
  deadline_passed: { kind: 'unavailable', title: 'It took too long' },
  secret_unreadable: { kind: 'unavailable', title: 'The stored stream key cannot be decrypted' },
} as const satisfies Record<string, { kind: string; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ErrorKind = (typeof ERROR_CODES)[ErrorCode]['kind'];

export interface FieldError {
  /** Path of the offending field, such as `streamKey` or `rtmpUrl`. */
  field: string;
  message: string;
}

/**
 * Reasons that the caller can fix. The workflow was right to refuse, so an operation that fails for one of them is no
 * failure of the system and raises no alarm.
 */
const REFUSALS = new Set<string>([
  'url_not_allowed',
  'preset_unsupported',
  'quota_exceeded',
  'flow_full',
  'source_not_active',
  'source_unsupported',
] satisfies ErrorCode[]);

/** Returns true for the code of a `RecordedError` that the caller can fix. */
export const isRefusal = (code: string): boolean => REFUSALS.has(code);

interface AppErrorParts {
  detail: string;
  remedy: string;
  /** Goes to the log only. */
  internal?: string;
  cause?: unknown;
  errors?: FieldError[];
  allowedActions?: string[];
  retryAfterSeconds?: number;
}

/** The only error that our code throws at callers. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string;
  readonly internal: string | undefined;
  readonly errors: FieldError[] | undefined;
  readonly allowedActions: string[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, parts: AppErrorParts) {
    super(`${code}: ${parts.detail}`, { cause: parts.cause });
    this.code = code;
    this.detail = parts.detail;
    this.remedy = parts.remedy;
    this.internal = parts.internal;
    this.errors = parts.errors;
    this.allowedActions = parts.allowedActions;
    this.retryAfterSeconds = parts.retryAfterSeconds;
  }

  get kind(): ErrorKind {
    return ERROR_CODES[this.code].kind;
  }

  get title(): string {
    return ERROR_CODES[this.code].title;
  }
}

/** Returns what a log may hold of any error: its name. A message may repeat what it was about, such as a stream key. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/** Lists every code with its kind and title, for the documentation and its test. */
export function listErrorCodes(): { code: ErrorCode; kind: ErrorKind; title: string }[] {
  return Object.entries(ERROR_CODES).map(([code, entry]) => ({ code: code as ErrorCode, ...entry }));
}
