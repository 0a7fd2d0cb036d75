/**
 * MediaConnect's bindings, by hand: its SDK client is older than the schemas the others carry. On the wire every member
 * is spelt with a lower first letter; the keys of `tags` are the caller's own and stay as they are.
 */
import { badRequest } from './aws-error.ts';
import type { Operation } from './operation.ts';
import { parseBody, toSegments } from './operation.ts';
import type { ShapeCheck } from './shape-validation.ts';

const bindings: [name: string, method: string, path: string, status: number][] = [
  ['CreateFlow', 'POST', '/v1/flows', 201],
  ['ListFlows', 'GET', '/v1/flows', 200],
  ['DescribeFlow', 'GET', '/v1/flows/{FlowArn}', 200],
  ['DeleteFlow', 'DELETE', '/v1/flows/{FlowArn}', 202],
  ['StartFlow', 'POST', '/v1/flows/start/{FlowArn}', 202],
  ['StopFlow', 'POST', '/v1/flows/stop/{FlowArn}', 202],
  ['UpdateFlowSource', 'PUT', '/v1/flows/{FlowArn}/source/{SourceArn}', 202],
  ['AddFlowOutputs', 'POST', '/v1/flows/{FlowArn}/outputs', 201],
  ['UpdateFlowOutput', 'PUT', '/v1/flows/{FlowArn}/outputs/{OutputArn}', 202],
  ['RemoveFlowOutput', 'DELETE', '/v1/flows/{FlowArn}/outputs/{OutputArn}', 202],
  ['DescribeFlowSourceMetadata', 'GET', '/v1/flows/{FlowArn}/source-metadata', 200],
  ['DescribeFlowSourceThumbnail', 'GET', '/v1/flows/{FlowArn}/source-thumbnail', 200],
  ['TagResource', 'POST', '/tags/{ResourceArn}', 204],
  ['UntagResource', 'DELETE', '/tags/{ResourceArn}', 204],
  ['ListTagsForResource', 'GET', '/tags/{ResourceArn}', 200],
];

/** The MediaConnect operations implemented here. */
export function mediaConnectOperations(shapeChecks: (shape: string) => ShapeCheck): Operation[] {
  return bindings.map(([name, method, path, status]) => {
    const check = shapeChecks(`${name}Request`);
    return {
      name,
      method,
      segments: toSegments(path),
      status,
      async read({ labels, query, body }) {
        const input = { ...readJson(body), ...labels, ...fromQuery(query) };
        const findings = check(input);
        if (findings.length > 0) throw badRequest(findings.join('; '));
        return input;
      },
      write: (result) => (status === 204 ? undefined : JSON.stringify(respell(result ?? {}, lowerFirst))),
    };
  });
}

function readJson(body: string): Record<string, unknown> {
  const parsed = parseBody(body);
  try {
    return respell(parsed, upperFirst) as Record<string, unknown>;
  } catch {
    throw badRequest('the body is nested too deeply');
  }
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const maxResults = query.get('maxResults');
  if (maxResults !== null) found['MaxResults'] = Number(maxResults);
  const nextToken = query.get('nextToken');
  if (nextToken !== null) found['NextToken'] = nextToken;
  const tagKeys = query.getAll('tagKeys');
  if (tagKeys.length > 0) found['TagKeys'] = tagKeys;
  return found;
}

function respell(value: unknown, spell: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => respell(item, spell));
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]) => [spell(name), lowerFirst(name) === 'tags' ? member : respell(member, spell)]),
  );
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);
const upperFirst = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
