import { S3Fault } from './s3-fault.ts';

/** A body decoded from `aws-chunked`. */
export interface ChunkedBody {
  body: Buffer;
  /** Trailing headers by lower-case name, such as the checksum that newer SDKs send after the body. */
  trailers: Record<string, string>;
}

const CRLF = '\r\n';

/**
 * Decodes S3's `aws-chunked` content encoding: `<size in hex>[;chunk-signature=…]`, the bytes, and the trailing headers
 * after the last chunk, which has size zero. Chunk signatures are not checked; no signature is checked here.
 * @param decodedBytes the value of `x-amz-decoded-content-length`
 * @throws {S3Fault} `IncompleteBody` when the chunks do not add up
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function decodeAwsChunked(raw: Buffer, decodedBytes: number): ChunkedBody {
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = raw.indexOf(CRLF, position, 'latin1');
    const size = lineEnd === -1 ? null : /^([0-9a-f]{1,8})(;|$)/i.exec(raw.toString('latin1', position, lineEnd))?.[1];
    if (size === null || size === undefined) throw incomplete('a chunk does not begin with its size');
    const start = lineEnd + CRLF.length;
    const bytes = Number.parseInt(size, 16);
    position = start + bytes;
    if (bytes === 0) break;
    if (raw.toString('latin1', position, position + CRLF.length) !== CRLF) throw incomplete('a chunk is cut short');
    chunks.push(raw.subarray(start, position));
    position += CRLF.length;
  }
  const body = Buffer.concat(chunks);
  if (body.length !== decodedBytes) {
    throw incomplete(`x-amz-decoded-content-length is ${decodedBytes} and the chunks hold ${body.length} bytes`);
  }
  return { body, trailers: readTrailers(raw.toString('latin1', position)) };
}

function readTrailers(text: string): Record<string, string> {
  const lines = text.split(CRLF).filter((line) => line !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1)
        throw new S3Fault(
          400,
          'MalformedTrailerError',
          'The request contained trailing data that was not well-formed.',
        );
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function incomplete(why: string): S3Fault {
  return new S3Fault(400, 'IncompleteBody', `The request body is not complete: ${why}.`);
}
