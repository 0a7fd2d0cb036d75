import { AppError } from '../../domain/errors.ts';
import { PICTURE_BYTES_MAX } from '../../domain/picture-limits.ts';
import { malformed, unsupportedMediaType } from './problem.ts';

/** The largest body, and how to say so. */
interface Limit {
  bytes: number;
  words: string;
  remedy: string;
}

/** More than any request needs; the largest contains one stream key of 4 KiB. */
const JSON_LIMIT: Limit = {
  bytes: 64 * 1024,
  words: '64 KiB',
  remedy: 'send only the fields listed in GET /api/docs',
};
const IMAGE_LIMIT: Limit = {
  bytes: PICTURE_BYTES_MAX,
  words: `${PICTURE_BYTES_MAX / 1_000_000} MB`,
  remedy: 'send a smaller image',
};
/** Lambda takes 6 MB with the body as base64, and a document contains pictures. */
export const DOCUMENT_BYTES_MAX = 4_000_000;
const DOCUMENT_LIMIT: Limit = {
  bytes: DOCUMENT_BYTES_MAX,
  words: `${DOCUMENT_BYTES_MAX / 1_000_000} MB`,
  remedy: 'export without pictures (withPictures: false), or split the document',
};
const DEPTH_MAX = 10;
/** Clients write `utf8`, a trailing semicolon or a parameter, although JSON defines none (RFC 8259, section 11). */
const JSON_TYPE = /^application\/json\s*(;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;
const CHARSETS_READ = ['utf-8', 'utf8', 'us-ascii'];

/**
 * Reads a JSON body. The only reader, so that size, depth and duplicate names are checked before any schema sees a
 * value.
 * @param options.wrongType the error for a body of another content type
 * @param options.isDocument true for the document of an export, which may be larger than any other request
 * @returns text and value; an empty text without a body
 * @throws {AppError} `payload_too_large`, `unsupported_media_type` or `malformed_request`; none quotes the body
 */
export async function readBody(
  request: Request,
  { isDocument = false, wrongType = unsupportedMediaType }: { isDocument?: boolean; wrongType?: () => AppError } = {},
): Promise<{ text: string; value: unknown }> {
  const bytes = await readBytes(request, isDocument ? DOCUMENT_LIMIT : JSON_LIMIT);
  if (bytes.length === 0) return { text: '', value: undefined };
  const type = request.headers.get('content-type');
  // Any page can post a form. JSON needs a preflight, which this API never answers.
  if (type === null || !isReadable(type)) throw wrongType();
  requireNotEncoded(request);
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('the body is not JSON');
  }
  checkStructure(text);
  return { text, value };
}

function isReadable(type: string): boolean {
  const charsets = [...type.matchAll(CHARSET)].map(([, charset = '']) => charset.toLowerCase());
  return JSON_TYPE.test(type) && charsets.every((charset) => CHARSETS_READ.includes(charset));
}

function requireNotEncoded(request: Request): void {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding.trim().toLowerCase() === 'identity') return;
  throw new AppError('unsupported_media_type', {
    detail: 'the body is compressed',
    remedy: 'send the body uncompressed, without Content-Encoding',
  });
}

/**
 * Returns true for a body that is sent as an image, of whatever kind: its content decides. Like JSON, it needs a
 * preflight, which this API never answers.
 */
export function isImage(request: Request): boolean {
  return /^image\//i.test(request.headers.get('content-type') ?? '');
}

/**
 * Reads an image, without looking at what it is.
 * @throws {AppError} `payload_too_large`, `unsupported_media_type`
 */
export async function readImage(request: Request): Promise<Buffer> {
  requireNotEncoded(request);
  return Buffer.from(await readBytes(request, IMAGE_LIMIT));
}

async function readBytes(request: Request, limit: Limit): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit.bytes) throw tooLarge(limit);
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.length;
    if (length > limit.bytes) {
      void reader.cancel().catch(() => undefined);
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
}

/** Drops a byte order mark, which PowerShell and .NET add and a parser may ignore (RFC 8259, section 8.1). */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw malformed('the body is not UTF-8');
  }
}

/** Checks what `JSON.parse` accepts: excessive depth, and duplicate names, of which it silently keeps the last. */
function checkStructure(text: string): void {
  const open: Set<string>[] = [];
  // The text is valid JSON here, so strings are terminated and the expression scans it once.
  for (const [token, name, colon] of text.matchAll(/("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{' || token === '[') {
      if (open.push(new Set()) > DEPTH_MAX) throw malformed(`the body is nested deeper than ${DEPTH_MAX} levels`);
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (name !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const key = JSON.parse(name) as string;
      if (key === '__proto__') throw malformed('the body has a forbidden field name');
      if (names?.has(key)) throw malformed('the body contains a field twice');
      names?.add(key);
    }
  }
}

function tooLarge({ remedy, words }: Limit): AppError {
  return new AppError('payload_too_large', { detail: `the body is larger than ${words}`, remedy });
}
