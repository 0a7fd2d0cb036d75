/** An error as an AWS service returns it. Thrown by operations and by fault hooks, turned into a response in one place. */
export class AwsError extends Error {
  readonly status: number;
  /** Further members of the error's body, in wire casing. */
  readonly body: Record<string, unknown>;

  /** @param code AWS's error name, `ConflictException`; @param status the HTTP status AWS gives it */
  constructor(code: string, status: number, message: string, body: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.status = status;
    this.body = body;
  }
}

/** One finding of MediaLive's semantic checks. `elementPath` is spelt as on the wire: `/destinations/0/settings`. */
export interface ValidationFinding {
  elementPath: string;
  errorMessage: string;
}

/** 400: malformed, or, on MediaConnect, wrong for the resource's state. */
export const badRequest = (message: string) => new AwsError('BadRequestException', 400, message);

/** 400: a member whose value would be lost. AWS may know it; to succeed without it would be a false success. */
export const notKept = (member: string) => badRequest(notKeptText(member));

/** Says that a member is not kept. */
export const notKeptText = (member: string) => `${member} is not kept by this local endpoint: leave it out`;

/** 403: refused, quotas of MediaLive included (which status AWS gives those is not documented). */
export const forbidden = (message: string) => new AwsError('ForbiddenException', 403, message);

/** 404: an id that never existed, or is forgotten. */
export const notFound = (message: string) => new AwsError('NotFoundException', 404, message);

/** 409: the resource's state, or what still uses it, does not allow the call. */
export const conflict = (message: string) => new AwsError('ConflictException', 409, message);

/** 422: well formed but impossible. */
export const unprocessable = (message: string, findings: ValidationFinding[] = []) =>
  new AwsError('UnprocessableEntityException', 422, message, findings.length > 0 ? { validationErrors: findings } : {});

/**
 * The refusal of an operation that is not implemented here, or that the service does not have at all. AWS has one error
 * for both.
 * @param operation.isKnown whether AWS's own service has it
 * @param operation.status 404 where operations are addresses, 400 where they are names
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 */
export function unknownOperation(operation: {
  service: string;
  name: string;
  isKnown: boolean;
  status: 400 | 404;
}): AwsError {
  const { service, name, isKnown, status } = operation;
  const message = isKnown
    ? `${name} of ${service} is not implemented by this local endpoint; nothing was changed`
    : `${service} has no operation ${name || '(none named)'}`;
  return new AwsError('UnknownOperationException', status, message);
}

/**
 * Thrown by a fault hook to lose the response: the caller's connection breaks after the headers, so it cannot tell
 * whether the call took effect.
 */
export class DroppedResponse extends Error {
  constructor() {
    super('the response was dropped by a fault hook');
    this.name = 'DroppedResponse';
  }
}
