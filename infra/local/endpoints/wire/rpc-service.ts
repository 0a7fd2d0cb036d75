/**
 * Serves operations in every RPC protocol of a service: AWS JSON, the query protocol (form in, XML out) and Smithy's
 * RPC v2 with CBOR. The age of a client determines its protocol; CloudWatch's clients have used all three. The SDK's
 * own schemas read the requests and write the responses.
 */
import { XmlCodec } from '@aws-sdk/core/protocols';
import { cbor, CborCodec } from '@smithy/core/cbor';
import { JsonCodec2 } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { AwsError, DroppedResponse, unknownOperation } from './aws-error.ts';
import type { OperationHandler } from './operation.ts';
import {
  droppedResponse,
  readBody,
  readBytes,
  runOperation,
  toKnownError,
  type OperationServiceOptions,
} from './rest-json-service.ts';
import type { LocalService } from './local-service.ts';
import { errorResponse, wireProtocolOf } from './error-response.ts';
import { QueryInputError, readQueryInput } from './query-input.ts';
import { findUnknownMember } from './unknown-members.ts';

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

interface RpcService extends Pick<OperationServiceOptions, 'around' | 'nextRequestId'> {
  signingName: string;
  /** The SDK client's exports, which contain the schemas of every operation and error of the service. */
  client: object;
  /** As in the client's own settings: `GraniteServiceVersion20100801`. */
  serviceTarget: string;
  /** Version of the query protocol: `2010-08-01`. */
  version: string;
  xmlNamespace: string;
  /** The protocols that the service supports. */
  protocols: readonly RpcProtocol[];
  handlers: Record<string, OperationHandler>;
  /** Creates the error for an input that does not match the operation. */
  invalid(message: string): AwsError;
}

export type RpcProtocol = 'json' | 'query' | 'cbor';

interface OperationSchemas {
  input: NormalizedSchema;
  output: NormalizedSchema;
}

/** One protocol's encoding of the operation's name, input and output. */
interface Codec<Body = unknown> {
  bodyOf(request: Request): Promise<Body>;
  operationOf(request: Request, body: Body): string;
  read(operation: OperationSchemas, body: Body): Promise<Record<string, unknown>> | Record<string, unknown>;
  write(name: string, operation: OperationSchemas, output: object, requestId: string): Uint8Array | string;
  headers: Record<string, string>;
}

const json = new JsonCodec2({ jsonName: false, timestampFormat: { useTrait: false, default: 7 } });
const cborCodec = new CborCodec();

/** Creates the endpoint. */
export function createRpcService(service: RpcService): LocalService {
  const { client, handlers, signingName, protocols } = service;
  const operations = operationsOf(client);
  const queryCodes = queryCodesOf(client);
  const codecs = {
    json: jsonCodec(service),
    cbor: cborRpc(service),
    query: queryCodec(service),
  };

  async function answer(protocol: RpcProtocol, request: Request, requestId: string): Promise<Response> {
    const codec: Codec = codecs[protocol];
    const body = await codec.bodyOf(request);
    const name = codec.operationOf(request, body);
    const operation = operations.get(name);
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (operation === undefined || handler === undefined) {
      throw unknownOperation({ service: signingName, name, isKnown: operation !== undefined, status: 400 });
    }
    const input = await codec.read(operation, body);
    const output = await runOperation(service, { operation: name, input }, handler);
    const written = codec.write(name, operation, output ?? {}, requestId);
    return new Response(typeof written === 'string' ? written : new Uint8Array(written), {
      status: 200,
      headers: { ...codec.headers, 'x-amzn-requestid': requestId },
    });
  }

  return {
    signingName,
    async handle(request) {
      const requestId = service.nextRequestId();
      const wire = wireProtocolOf({ signingName, headers: request.headers, query: new URL(request.url).searchParams });
      const protocol = protocols.find((spoken) => spoken === wire);
      try {
        if (protocol === undefined) throw notSpoken(signingName, protocols);
        return await answer(protocol, request, requestId);
      } catch (error) {
        if (error instanceof DroppedResponse) return droppedResponse();
        const { status, name, message } = toKnownError(error as Error);
        const queryCode = queryCodes.get(name) ?? QUERY_CODES[name] ?? name;
        const isCompatible = request.headers.get('x-amzn-query-mode') === 'true';
        return errorResponse(
          wire,
          {
            status,
            message,
            code: wire === 'query' ? queryCode : name,
            ...(isCompatible
              ? { headers: { 'x-amzn-query-error': `${queryCode};${status < 500 ? 'Sender' : 'Receiver'}` } }
              : {}),
          },
          requestId,
        );
      }
    },
  };
}

/** The query protocol's codes for errors that are missing from the client's schemas. */
const QUERY_CODES: Record<string, string> = {
  InternalServerErrorException: 'InternalFailure',
  RequestEntityTooLargeException: 'RequestEntityTooLarge',
  UnknownOperationException: 'InvalidAction',
};

function notSpoken(signingName: string, protocols: readonly RpcProtocol[]): AwsError {
  const spoken = protocols.join(', ');
  return new AwsError(
    'UnknownOperationException',
    400,
    `${signingName} supports ${spoken}; the request uses none of these`,
  );
}

function jsonCodec({ serviceTarget, invalid }: RpcService): Codec<string> {
  return {
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    bodyOf: readBody,
    operationOf: (request) => withoutPrefix(request.headers.get('x-amz-target') ?? '', `${serviceTarget}.`),
    async read({ input }, body) {
      const text = body || '{}';
      refuseUnknown(
        input,
        parse(() => JSON.parse(text) as unknown, invalid),
        invalid,
      );
      return parse(() => json.createDeserializer().read(input, text) as Record<string, unknown>, invalid);
    },
    write(_name, { output }, value) {
      const serializer = json.createSerializer();
      serializer.write(output, value);
      return serializer.flush();
    },
  };
}

function cborRpc({ serviceTarget, invalid }: RpcService): Codec<Uint8Array> {
  return {
    bodyOf: readBytes,
    headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
    operationOf: (request) => withoutPrefix(new URL(request.url).pathname, `/service/${serviceTarget}/operation/`),
    read({ input }, body) {
      if (body.length === 0) return {};
      refuseUnknown(
        input,
        parse(() => cbor.deserialize(body) as unknown, invalid),
        invalid,
      );
      return parse(() => cborCodec.createDeserializer().read(input, body) as Record<string, unknown>, invalid);
    },
    write(_name, { output }, value) {
      const serializer = cborCodec.createSerializer();
      serializer.write(output, value);
      return serializer.flush();
    },
  };
}

function queryCodec({ version, xmlNamespace, invalid }: RpcService): Codec<string> {
  const xml = new XmlCodec({
    xmlNamespace: '',
    serviceNamespace: '',
    timestampFormat: { useTrait: true, default: 5 },
  });
  return {
    headers: { 'content-type': 'text/xml' },
    bodyOf: readBody,
    operationOf(request, body) {
      const form = formOf(request, body);
      if (form.get('Version') !== version) {
        throw new AwsError('InvalidAction', 400, `Version must be ${version}, not ${form.get('Version') ?? 'missing'}`);
      }
      return form.get('Action') ?? '';
    },
    read({ input }, body) {
      try {
        return readQueryInput(input, new URLSearchParams(body));
      } catch (error) {
        throw error instanceof QueryInputError ? invalid(error.message) : error;
      }
    },
    write(name, { output }, value, requestId) {
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      return (
        `<?xml version="1.0" encoding="UTF-8"?>\n<${name}Response xmlns="${xmlNamespace}">` +
        `${writeResult(xml, `${name}Result`, output, value)}${metadata}</${name}Response>`
      );
    },
  };
}

/** Writes the output under the query protocol's name for it. */
function writeResult(xml: XmlCodec, name: string, output: NormalizedSchema, value: object): string {
  if (output.isUnitSchema()) return '';
  const [kind, namespace, , traits, ...members] = output.getSchema() as [number, string, string, ...unknown[]];
  const serializer = xml.createSerializer();
  serializer.write(NormalizedSchema.of([kind, namespace, name, traits, ...members] as SchemaReference), value);
  return String(serializer.flush());
}

/** Reads the form of a query request, from the body or the URL. */
function formOf(request: Request, body: string): URLSearchParams {
  return body === '' ? new URL(request.url).searchParams : new URLSearchParams(body);
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function parse<Value>(read: () => Value, invalid: RpcService['invalid']): Value {
  try {
    return read();
  } catch {
    throw invalid('the body does not fit the operation');
  }
}

function refuseUnknown(input: NormalizedSchema, value: unknown, invalid: RpcService['invalid']): void {
  const member = findUnknownMember(input, value, false);
  if (member !== null) throw invalid(`${member} is not a member that this local endpoint knows`);
}

function operationsOf(client: object): Map<string, OperationSchemas> {
  const schemas = Object.values(client).filter((value) => Array.isArray(value) && value[0] === 9);
  return new Map(
    (schemas as [9, string, string, unknown, SchemaReference, SchemaReference][]).map(([, , name, , input, output]) => [
      name,
      { input: NormalizedSchema.of(input), output: NormalizedSchema.of(output) },
    ]),
  );
}

/** Maps the names of errors to the query protocol's codes. */
function queryCodesOf(client: object): Map<string, string> {
  const errors = Object.values(client).filter((value) => Array.isArray(value) && value[0] === -3);
  return new Map(
    (errors as [-3, string, string, { awsQueryError?: [string, number] } | 0][]).flatMap(([, , name, traits]) =>
      traits !== 0 && traits.awsQueryError ? [[name, traits.awsQueryError[0]]] : [],
    ),
  );
}
