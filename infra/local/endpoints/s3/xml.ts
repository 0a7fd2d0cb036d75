/** S3's XML, written and read by the SDK's own serializer and schemas. */
import { randomUUID } from 'node:crypto';
import { XmlCodec } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { escapeXml } from '../wire/escape-xml.ts';
import { S3Fault } from './s3-fault.ts';

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';
const codec = new XmlCodec({
  xmlNamespace: NAMESPACE,
  serviceNamespace: 'com.amazonaws.s3',
  timestampFormat: { useTrait: true, default: 5 },
});

/** Returns the headers of every S3 response. */
export const requestIds = () => ({ 'x-amz-request-id': randomUUID(), 'x-amz-id-2': randomUUID() });

/** Returns a 200 with an output, serialized by the SDK client's schema. */
export function xmlResponse(schema: SchemaReference, output: object): Response {
  const serializer = codec.createSerializer();
  serializer.write(NormalizedSchema.of(schema), output);
  return xmlText(200, String(serializer.flush()));
}

/** Returns a response with XML that has no schema. */
export function xmlText(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, {
    status,
    headers: { ...requestIds(), 'content-type': 'application/xml', ...headers },
  });
}

/** Returns an empty root element, such as the LocationConstraint of us-east-1. */
export const emptyElement = (name: string) => `<${name} xmlns="${NAMESPACE}"/>`;

/**
 * Parses a body by the SDK client's schema.
 * @throws {S3Fault} `MalformedXML`
 */
export async function readXml(schema: SchemaReference, body: Buffer): Promise<Record<string, unknown>> {
  try {
    const read: unknown = await codec.createDeserializer().read(NormalizedSchema.of(schema), body.toString('utf8'));
    if (typeof read === 'object' && read !== null) return read as Record<string, unknown>;
  } catch {
    // Do not pass on the parser's message, which may quote the body.
  }
  throw new S3Fault(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** Returns a refusal. The response to a HEAD has no body, so clients see only its status. */
export function toErrorResponse(request: Request, { status, name, message, headers }: S3Fault): Response {
  if (request.method === 'HEAD') return new Response(null, { status, headers: { ...requestIds(), ...headers } });
  const resource = escapeXml(new URL(request.url).pathname);
  return xmlText(
    status,
    `<Error><Code>${name}</Code><Message>${escapeXml(message)}</Message><Resource>${resource}</Resource></Error>`,
    headers,
  );
}
