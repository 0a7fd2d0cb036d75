/** An error of an AWS service. Operations and fault hooks throw it; one place converts it to a response. */
export class AwsError extends Error {
  readonly status: number;
  /** Further members of the error's body, in wire casing. */
  readonly body: Record<string, unknown>;

  /** @param code AWS's error name, `ConflictException`; @param status AWS's HTTP status for it */
  constructor(code: string, status: number, message: string, body: Record<string, unknown> = {}) {
    super(message);
    this.name = code;
    this.status = status;
    this.body = body;
  }
}

/** One finding of MediaLive's semantic checks. `elementPath` uses the wire names: `/destinations/0/settings`. */
export interface ValidationFinding {
  elementPath: string;
  errorMessage: string;
}

/** 400: malformed, or, on MediaConnect, not allowed in the resource's state. */
export const badRequest = (message: string) => new AwsError('BadRequestException', 400, message);

/** 400: a member whose value would be lost. AWS may support it; ignoring it would be a false success. */
export const notKept = (member: string) => badRequest(notKeptText(member));

/** Returns the message for a member that is not kept. */
export const notKeptText = (member: string) => `${member} is not kept by this local endpoint: leave it out`;

/** 403: refused, including MediaLive's quotas, for which AWS does not document the status. */
export const forbidden = (message: string) => new AwsError('ForbiddenException', 403, message);

/** 404: the id never existed, or its tombstone is gone. */
export const notFound = (message: string) => new AwsError('NotFoundException', 404, message);

/** 409: the resource's state or another resource that uses it does not allow the call. */
export const conflict = (message: string) => new AwsError('ConflictException', 409, message);

/** 422: well formed but invalid. */
export const unprocessable = (message: string, findings: ValidationFinding[] = []) =>
  new AwsError('UnprocessableEntityException', 422, message, findings.length > 0 ? { validationErrors: findings } : {});

/**
 * Creates the refusal of an operation that is not implemented here or that the service does not have. AWS has one error
 * for both.
 * @param operation.isKnown whether AWS's service has it
 * @param operation.status 404 where a path selects the operation, 400 where a name does
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
 * A fault hook throws it to lose the response: the caller's connection breaks after the headers, so it cannot know
 * whether the call took effect.
 */
export class DroppedResponse extends Error {
  constructor() {
    super('the response was dropped by a fault hook');
    this.name = 'DroppedResponse';
  }
}
