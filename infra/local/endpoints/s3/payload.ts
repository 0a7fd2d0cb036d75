import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import { checksumOf, type Checksum } from './checksums.ts';
import { notImplemented, S3Fault } from './s3-fault.ts';

/** The body of a request, decoded and verified. */
export interface Payload {
  body: Buffer;
  /** The client's checksum, already verified; null if it sent none. */
  checksum: Checksum | null;
}

const CHECKSUM_PREFIX = 'x-amz-checksum-';

/**
 * Reads a plain or `aws-chunked` body and verifies its length, hash and checksums, so that no damaged object is stored.
 * @throws {S3Fault} `BadDigest`, `InvalidDigest`, `IncompleteBody`, `XAmzContentSHA256Mismatch`, `InvalidRequest`
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export async function readPayload(request: Request): Promise<Payload> {
  const { headers } = request;
  const raw = Buffer.from(await request.arrayBuffer());
  const contentHash = headers.get('x-amz-content-sha256') ?? '';
  const isChunked = contentHash.startsWith('STREAMING-') || hasEncoding(headers, 'aws-chunked');
  const decodedBytes = Number(headers.get('x-amz-decoded-content-length') ?? Number.NaN);
  if (isChunked && !Number.isInteger(decodedBytes)) {
    throw new S3Fault(411, 'MissingContentLength', 'You must provide the x-amz-decoded-content-length HTTP header.');
  }
  const { body, trailers } = isChunked ? decodeAwsChunked(raw, decodedBytes) : { body: raw, trailers: {} };
  if (/^[0-9a-f]{64}$/.test(contentHash) && createHash('sha256').update(body).digest('hex') !== contentHash) {
    throw new S3Fault(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  verifyMd5(headers.get('content-md5'), body);
  return { body, checksum: await verifyChecksum(headers, trailers, body) };
}

/** Returns whether a request has a content encoding. */
function hasEncoding(headers: Headers, encoding: string): boolean {
  return encodingsOf(headers).includes(encoding);
}

/** Returns the content encodings of the object itself; null if there are none. */
export function objectEncoding(headers: Headers): string | null {
  return (
    encodingsOf(headers)
      .filter((encoding) => encoding !== 'aws-chunked')
      .join(',') || null
  );
}

function encodingsOf(headers: Headers): string[] {
  return (headers.get('content-encoding') ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '');
}

function verifyMd5(given: string | null, body: Buffer): void {
  if (given === null) return;
  if (!/^[A-Za-z0-9+/]{22}==$/.test(given)) {
    throw new S3Fault(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  if (createHash('md5').update(body).digest('base64') !== given) throw badDigest('Content-MD5');
}

async function verifyChecksum(
  headers: Headers,
  trailers: Record<string, string>,
  body: Buffer,
): Promise<Checksum | null> {
  const announced = (headers.get('x-amz-trailer') ?? '')
    .toLowerCase()
    .split(',')
    .filter((name) => name !== '');
  const missing = announced.find((name) => trailers[name.trim()] === undefined);
  if (missing !== undefined) {
    throw new S3Fault(
      400,
      'MalformedTrailerError',
      `The request announced the trailer ${missing} and did not send it.`,
    );
  }
  const given = [...headers, ...Object.entries(trailers)].flatMap(([name, value]) => {
    const algorithm = name.startsWith(CHECKSUM_PREFIX) ? name.slice(CHECKSUM_PREFIX.length) : '';
    return ['', 'mode', 'type', 'algorithm'].includes(algorithm) ? [] : [{ algorithm, value }];
  });
  const [checksum, second] = given;
  if (second !== undefined) {
    throw new S3Fault(
      400,
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  requireAlgorithm(headers.get('x-amz-sdk-checksum-algorithm'), checksum);
  if (checksum === undefined) return null;
  const computed = await checksumOf(checksum.algorithm, body);
  if (computed === null) throw notImplemented(`The checksum algorithm ${checksum.algorithm}`);
  if (computed !== checksum.value) throw badDigest(checksum.algorithm.toUpperCase());
  return checksum;
}

function requireAlgorithm(named: string | null, checksum: Checksum | undefined): void {
  if (named === null || named.toLowerCase() === checksum?.algorithm) return;
  throw new S3Fault(
    400,
    'InvalidRequest',
    checksum === undefined
      ? 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
      : 'Value for x-amz-sdk-checksum-algorithm header is invalid: it does not name the checksum that was sent.',
  );
}

function badDigest(what: string): S3Fault {
  return new S3Fault(400, 'BadDigest', `The ${what} you specified did not match what was received.`);
}
