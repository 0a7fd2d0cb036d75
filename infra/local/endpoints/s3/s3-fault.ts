/** A refusal under S3's own error code. */
export class S3Fault extends Error {
  readonly status: number;
  /** Headers S3 sends with this refusal, such as `content-range` with a 416. */
  readonly headers: Record<string, string>;

  /** @param code S3's error code, `NoSuchKey`; @param status the HTTP status S3 gives it */
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = code;
    this.status = status;
    this.headers = headers;
  }
}

/** 501: S3 can do this and this endpoint cannot. Nothing has been changed. */
export const notImplemented = (what: string) =>
  new S3Fault(501, 'NotImplemented', `${what} is not implemented by this local endpoint; nothing was changed.`);

/** 400 for a member whose value S3 does not take. */
export const invalidArgument = (message: string) => new S3Fault(400, 'InvalidArgument', message);

/** 404 for a key that is not in the bucket. */
export const noSuchKey = () => new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');

/** 412: a condition of the request does not hold. */
export const preconditionFailed = (header: string) =>
  new S3Fault(412, 'PreconditionFailed', `At least one of the pre-conditions you specified did not hold: ${header}`);
