/** A refusal with one of S3's error codes. */
export class S3Fault extends Error {
  readonly status: number;
  /** Headers of this refusal, such as `content-range` with a 416. */
  readonly headers: Record<string, string>;

  /** @param code S3's error code, `NoSuchKey`; @param status S3's HTTP status for it */
  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = code;
    this.status = status;
    this.headers = headers;
  }
}

/** 501: S3 supports this and the local endpoint does not. Nothing was changed. */
export const notImplemented = (what: string) =>
  new S3Fault(501, 'NotImplemented', `${what} is not implemented by this local endpoint; nothing was changed.`);

/** 400: an invalid value of a member. */
export const invalidArgument = (message: string) => new S3Fault(400, 'InvalidArgument', message);

/** 404: the key is not in the bucket. */
export const noSuchKey = () => new S3Fault(404, 'NoSuchKey', 'The specified key does not exist.');

/** 412: a condition of the request does not hold. */
export const preconditionFailed = (header: string) =>
  new S3Fault(412, 'PreconditionFailed', `At least one of the pre-conditions you specified did not hold: ${header}`);
