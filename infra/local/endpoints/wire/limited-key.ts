/**
 * Access keys with limits. The local AWS has no IAM, so a key may do everything unless it has rules, which say what a
 * policy would: actions, and the partitions or objects they may reach. What cannot be read for certain is denied.
 */

/** One statement of such a policy. Everything that no rule names is denied. */
export interface AccessRule {
  /** As IAM names them, such as `dynamodb:GetItem`. */
  actions: readonly string[];
  /**
   * `table/partition key` or `bucket/key`; a `*` at the end stands for any rest. Left out for actions that AWS gives no
   * resource-level permission.
   */
  resources?: readonly string[];
}

export interface LimitedKey {
  accessKeyId: string;
  rules: readonly AccessRule[];
}

/** A request as the front received it. */
export interface SignedCall {
  signingName: string;
  method: string;
  url: URL;
  /** The header `x-amz-target`. */
  target: string | undefined;
  body: Buffer;
}

/** What a call does. A null resource is one that could not be read, or that the action does not have. */
interface Reading {
  action: string;
  resource: string | null;
}

/**
 * Returns null when a rule allows the call, else what it lacks: `dynamodb:PutItem on sluice/DESTINATIONS`. That is for
 * the caller and names nothing the caller did not send.
 */
export function findMissingPermission(rules: readonly AccessRule[], call: SignedCall): string | null {
  const reading = READERS[call.signingName]?.(call) ?? null;
  if (reading === null) return `this request to ${call.signingName}`;
  const { action, resource } = reading;
  const isCovered = rules.some(
    ({ actions, resources }) =>
      actions.includes(action) &&
      (resources === undefined || (resource !== null && resources.some((pattern) => matches(pattern, resource)))),
  );
  if (isCovered) return null;
  return resource === null ? action : `${action} on ${resource}`;
}

function matches(pattern: string, resource: string): boolean {
  return pattern.endsWith('*') ? resource.startsWith(pattern.slice(0, -1)) : resource === pattern;
}

/** Reads calls by the signing name of their service. A service without a reader is denied. */
const READERS: Partial<Record<string, (call: SignedCall) => Reading | null>> = {
  dynamodb: readTableCall,
  s3: readObjectCall,
  mediapackage: ({ method, url }) =>
    method === 'GET' && url.pathname === '/origin_endpoints'
      ? { action: 'mediapackage:ListOriginEndpoints', resource: null }
      : null,
};

function readTableCall({ target = '', body }: SignedCall): Reading | null {
  const [, name] = /^DynamoDB_20120810\.([A-Za-z]+)$/.exec(target) ?? [];
  if (name === undefined) return null;
  const input = parseObject(body);
  const [table, partition] = [input?.['TableName'], input && partitionOf(name, input)];
  const isRead = typeof table === 'string' && typeof partition === 'string';
  return { action: `dynamodb:${name}`, resource: isRead ? `${table}/${partition}` : null };
}

type Members = Record<string, unknown>;

function parseObject(body: Buffer): Members | null {
  try {
    return asObject(JSON.parse(body.toString('utf8')));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}

/** Finds the partition of a call that reaches only one. An index has another partition key. */
function partitionOf(name: string, input: Members): string | null {
  switch (name) {
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return textOf(asObject(input['Key'])?.['pk']);
    case 'PutItem':
      return textOf(asObject(input['Item'])?.['pk']);
    case 'Query': {
      if (input['IndexName'] !== undefined) return null;
      const [, placeholder = ''] = /^pk = (:\w+)( AND .*)?$/.exec(String(input['KeyConditionExpression'])) ?? [];
      const partition = textOf(asObject(input['ExpressionAttributeValues'])?.[placeholder]);
      const start = asObject(input['ExclusiveStartKey']);
      return start && textOf(start['pk']) !== partition ? null : partition;
    }
    default:
      return null;
  }
}

/** Reads a string in DynamoDB's form, `{"S": "text"}`. */
function textOf(value: unknown): string | null {
  const text = asObject(value)?.['S'];
  return typeof text === 'string' ? text : null;
}

const OBJECT_ACTIONS: Partial<Record<string, string>> = { GET: 's3:GetObject', HEAD: 's3:GetObject' };

function readObjectCall({ method, url }: SignedCall): Reading | null {
  const action = OBJECT_ACTIONS[method];
  const [, bucket, key] = /^\/([^/]+)\/(.+)$/.exec(url.pathname) ?? [];
  // Other parameters select other operations, such as the versions or the tags of an object.
  const isPlain = [...url.searchParams.keys()].every((name) => name === 'x-id');
  if (action === undefined || key === undefined || !isPlain) return null;
  try {
    return { action, resource: `${bucket}/${decodeURIComponent(key)}` };
  } catch {
    return null;
  }
}
