/**
 * Formats refusals in the protocol of the request. A client reads an error only in the format of its service: JSON with
 * `__type`, the query protocol's XML, S3's XML, or CBOR.
 */
import { randomUUID } from 'node:crypto';
import { cbor } from '@smithy/core/cbor';
import { escapeXml } from './escape-xml.ts';

/** The protocol between client and service. `rest-xml` is S3's variant, whose errors have no wrapping element. */
export type WireProtocol = 'json' | 'rest-json' | 'query' | 'ec2-query' | 'rest-xml' | 'cbor';

/** The content of a refusal. Never put a secret into the message. */
export interface Refusal {
  status: number;
  /** AWS's error code. */
  code: string;
  message: string;
  headers?: Record<string, string>;
}

const QUERY_CONTENT_TYPE = 'application/x-www-form-urlencoded';
const REST_XML_SERVICES = new Set(['s3', 's3express', 's3-outposts', 's3-object-lambda']);
/** Services with REST requests whose errors use the query protocol's XML. */
const WRAPPED_XML_SERVICES = new Set(['route53', 'cloudfront']);

/**
 * Determines the protocol of a request.
 * @param request.signingName the service it was signed for, or null if it is not signed
 * @see https://smithy.io/2.0/aws/protocols/index.html
 */
export function wireProtocolOf(request: {
  signingName: string | null;
  headers: { get(name: string): string | null };
  query: URLSearchParams;
}): WireProtocol {
  const { signingName, headers, query } = request;
  if (headers.get('smithy-protocol') === 'rpc-v2-cbor') return 'cbor';
  if (headers.get('x-amz-target') !== null) return 'json';
  const contentType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (contentType === QUERY_CONTENT_TYPE || query.has('Action')) return signingName === 'ec2' ? 'ec2-query' : 'query';
  if (signingName !== null && REST_XML_SERVICES.has(signingName)) return 'rest-xml';
  if (signingName !== null && WRAPPED_XML_SERVICES.has(signingName)) return 'query';
  return 'rest-json';
}

/** Creates the response for a refusal. */
export function errorResponse(protocol: WireProtocol, refusal: Refusal, requestId: string = randomUUID()): Response {
  const { status, code, message } = refusal;
  const headers = { 'x-amzn-requestid': requestId, ...refusal.headers };
  switch (protocol) {
    case 'json':
    case 'rest-json':
      return new Response(JSON.stringify({ __type: code, message }), {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code, ...headers },
      });
    case 'cbor':
      return new Response(new Uint8Array(cbor.serialize({ __type: code, message })), {
        status,
        headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', ...headers },
      });
    default:
      return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${toXml(protocol, refusal, requestId)}`, {
        status,
        headers: { 'content-type': 'text/xml', ...headers },
      });
  }
}

function toXml(
  protocol: 'query' | 'ec2-query' | 'rest-xml',
  { status, code, message }: Refusal,
  requestId: string,
): string {
  const error = `<Code>${code}</Code><Message>${escapeXml(message)}</Message>`;
  switch (protocol) {
    case 'rest-xml':
      return `<Error>${error}<RequestId>${requestId}</RequestId></Error>`;
    case 'ec2-query':
      return `<Response><Errors><Error>${error}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
    case 'query': {
      const type = status < 500 ? 'Sender' : 'Receiver';
      return `<ErrorResponse><Error><Type>${type}</Type>${error}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
    }
  }
}

type CommonCause = 'missing_token' | 'unknown_key' | 'unknown_operation' | 'too_large' | 'bad_request' | 'denied';

/**
 * The error code of each protocol for refusals common to all services.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const COMMON_CODES: Record<CommonCause, { json: string; query: string; s3: string }> = {
  missing_token: {
    json: 'MissingAuthenticationTokenException',
    query: 'MissingAuthenticationToken',
    s3: 'AccessDenied',
  },
  unknown_key: { json: 'UnrecognizedClientException', query: 'InvalidClientTokenId', s3: 'InvalidAccessKeyId' },
  unknown_operation: { json: 'UnknownOperationException', query: 'InvalidAction', s3: 'NotImplemented' },
  too_large: { json: 'RequestEntityTooLargeException', query: 'RequestEntityTooLarge', s3: 'EntityTooLarge' },
  bad_request: { json: 'BadRequestException', query: 'MalformedQueryString', s3: 'InvalidURI' },
  denied: { json: 'AccessDeniedException', query: 'AccessDenied', s3: 'AccessDenied' },
};

/** Returns a protocol's error code for a common refusal. */
export function commonCode(protocol: WireProtocol, cause: CommonCause): string {
  const codes = COMMON_CODES[cause];
  if (protocol === 'rest-xml') return codes.s3;
  return protocol === 'query' || protocol === 'ec2-query' ? codes.query : codes.json;
}
