/**
 * Determines the S3 operation of a request, from the bindings in the SDK client's own schemas. S3 has no operation name
 * on the wire: `PUT /bucket/key` stores an object, and with `?tagging`, `?acl` or `?uploadId=` it does something else
 * entirely. A request is therefore refused if it carries a query parameter or header that the operation does not have.
 */
import * as client from '@aws-sdk/client-s3';
import { NormalizedSchema } from '@smithy/core/schema';
import { notImplemented, S3Fault } from './s3-fault.ts';

/** A request with its operation. The members are still text from the query and the headers. */
export interface RecognisedRequest {
  operation: string;
  /** Empty for a service operation, such as ListBuckets. */
  bucket: string;
  /** Empty for a bucket operation. */
  key: string;
  /** Members in the query or a header, by the SDK's name. */
  members: Record<string, string>;
  /** The caller's `x-amz-meta-*` headers, without that prefix. */
  metadata: Record<string, string>;
}

type Scope = 'service' | 'bucket' | 'object';

interface Binding {
  name: string;
  method: string;
  scope: Scope;
  /** Query parameters that are part of the operation's path, such as `tagging` or `list-type=2`. */
  literals: [name: string, value: string][];
  /** The operation's name that the SDK adds to the query for access logs. Older clients omit it. */
  xId: string | undefined;
  /** Query parameters and headers that this operation requires. */
  required: { query: string[]; headers: string[] };
  /** SDK member by query parameter. */
  query: Map<string, string>;
  /** SDK member by header, in lower case. */
  headers: Map<string, string>;
  takesMetadata: boolean;
}

type OperationSchema = [9, string, string, { http: [string, string, number] }, SchemaReference, SchemaReference];
type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const METADATA_PREFIX = 'x-amz-meta-';

/** Headers of the signature and the client, allowed for every operation. */
const COMMON_HEADERS = new Set(['x-amz-date', 'x-amz-security-token', 'x-amz-user-agent']);
/** Headers about the length and integrity of a body, verified for every operation. */
const BODY_HEADERS = new Set([
  'content-length',
  'content-md5',
  'x-amz-content-sha256',
  'x-amz-decoded-content-length',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-trailer',
]);
const CHECKSUM_HEADER = /^x-amz-checksum-(?!mode$|type$|algorithm$)/;

const BINDINGS: Binding[] = Object.values(client)
  .filter((value) => Array.isArray(value) && value[0] === 9)
  .map((schema) => toBinding(schema as unknown as OperationSchema));

/**
 * Determines the operation and the members of a path-style request.
 * @throws {S3Fault} `NotImplemented` for a query parameter or header that the operation does not have, `InvalidURI`,
 * `InvalidBucketName` and `MethodNotAllowed`
 */
export function recognise(request: Request): RecognisedRequest {
  const { pathname, searchParams } = new URL(request.url);
  const { bucket, key } = readPath(pathname);
  const scope: Scope = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
  const binding = findBinding(request, scope, searchParams);
  const members: Record<string, string> = {};
  readQuery(binding, searchParams, members);
  const metadata = readHeaders(binding, request.headers, members);
  return { operation: binding.name, bucket, key, members, metadata };
}

function readPath(pathname: string): { bucket: string; key: string } {
  const slash = pathname.indexOf('/', 1);
  const bucket = slash === -1 ? pathname.slice(1) : pathname.slice(1, slash);
  if (bucket !== '' && !BUCKET_NAME.test(bucket)) {
    throw new S3Fault(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  }
  if (slash === -1) return { bucket, key: '' };
  try {
    return { bucket, key: decodeURIComponent(pathname.slice(slash + 1)) };
  } catch {
    throw new S3Fault(400, 'InvalidURI', "Couldn't parse the specified URI: the path is not percent-encoded UTF-8.");
  }
}

function findBinding(request: Request, scope: Scope, query: URLSearchParams): Binding {
  const matching = BINDINGS.filter(
    (binding) =>
      binding.method === request.method &&
      binding.scope === scope &&
      binding.literals.every(([name, value]) => query.get(name) === value || (value === '' && query.has(name))) &&
      binding.required.query.every((name) => query.has(name)) &&
      binding.required.headers.every((name) => request.headers.has(name)) &&
      (query.get('x-id') ?? binding.xId) === binding.xId,
  );
  const best = matching.toSorted((one, other) => conditionsOf(other) - conditionsOf(one))[0];
  if (best !== undefined) return best;
  const named = query.get('x-id');
  if (named !== null) throw notImplemented(`The operation ${named}, as ${request.method} of the ${scope},`);
  throw new S3Fault(
    405,
    'MethodNotAllowed',
    `The specified method is not allowed against this resource: the ${scope}.`,
  );
}

/** Ranks an operation by its conditions, so that the most specific one wins: `?tagging` before the plain object. */
function conditionsOf({ literals, required, xId }: Binding): number {
  return (literals.length + required.query.length + required.headers.length) * 2 + (xId === undefined ? 0 : 1);
}

function readQuery(binding: Binding, query: URLSearchParams, members: Record<string, string>): void {
  for (const [name, value] of query) {
    if (name === 'x-id' || binding.literals.some(([literal]) => literal === name)) continue;
    const member = binding.query.get(name);
    if (member === undefined) throw notImplemented(`${binding.name} with the query parameter "${name}"`);
    if (members[member] !== undefined) throw new S3Fault(400, 'InvalidArgument', `${name} is given more than once.`);
    members[member] = value;
  }
}

/** Reads the members from the headers and returns the caller's metadata. */
function readHeaders(binding: Binding, headers: Headers, members: Record<string, string>): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (BODY_HEADERS.has(name) || CHECKSUM_HEADER.test(name)) continue;
    const member = binding.headers.get(name);
    if (member !== undefined) members[member] = value;
    else if (binding.takesMetadata && name.startsWith(METADATA_PREFIX)) {
      metadata[name.slice(METADATA_PREFIX.length)] = value;
    } else if (name.startsWith('x-amz-') && !COMMON_HEADERS.has(name)) {
      throw notImplemented(`${binding.name} with the header "${name}"`);
    }
  }
  return metadata;
}

function toBinding(schema: OperationSchema): Binding {
  const [, , name, { http }, inputReference] = schema;
  const [method, uri] = http;
  const [path = '', search = ''] = uri.split('?');
  const literals = [...new URLSearchParams(search)];
  const input = NormalizedSchema.of(inputReference);
  const binding: Binding = {
    name,
    method,
    scope: 'service',
    literals: literals.filter(([literal]) => literal !== 'x-id'),
    xId: literals.find(([literal]) => literal === 'x-id')?.[1],
    required: { query: [], headers: [] },
    query: new Map(),
    headers: new Map(),
    takesMetadata: false,
  };
  const isInBucket = bindMembers(binding, input);
  if (path === '/{Key+}') binding.scope = 'object';
  else if (isInBucket) binding.scope = 'bucket';
  return binding;
}

/** Records where each member travels. Returns whether the operation has a bucket. */
function bindMembers(binding: Binding, input: NormalizedSchema): boolean {
  // Schemas list the required members first and contain their number.
  const requiredCount = Number((input.getSchema() as unknown[])[6] ?? 0);
  let index = 0;
  let isInBucket = false;
  for (const [member, memberSchema] of input.structIterator()) {
    const { httpQuery, httpHeader, httpPrefixHeaders } = memberSchema.getMergedTraits();
    const isRequired = index < requiredCount;
    index += 1;
    isInBucket ||= member === 'Bucket';
    binding.takesMetadata ||= httpPrefixHeaders === METADATA_PREFIX;
    if (typeof httpQuery === 'string') {
      binding.query.set(httpQuery, member);
      if (isRequired) binding.required.query.push(httpQuery);
    }
    if (typeof httpHeader === 'string') {
      const header = httpHeader.toLowerCase();
      binding.headers.set(header, member);
      if (isRequired) binding.required.headers.push(header);
    }
  }
  return isInBucket;
}
