/**
 * MediaConnect's bindings, by hand: its SDK client is older than the schemas the others carry. On the wire every member
 * is spelt with a lower first letter; the keys of `tags` are the caller's own and stay as they are.
 */
import { AwsError, badRequest, notKept } from '../../wire/aws-error.ts';
import { mediaConnectBindings } from './mediaconnect-bindings.ts';
import type { Operation } from '../../wire/operation.ts';
import { parseBody, toSegments } from '../../wire/operation.ts';
import type { ShapeCheck } from './shape-validation.ts';

/** Every MediaConnect operation, implemented here or not. */
export function mediaConnectOperations(shapeChecks: (shape: string) => ShapeCheck): Operation[] {
  return mediaConnectBindings.map(([name, method, path, status]) => {
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
    return respell(parsed, toMember) as Record<string, unknown>;
  } catch (error) {
    throw error instanceof AwsError ? error : badRequest('the body is nested too deeply');
  }
}

/** On the wire no member begins with a capital, and AWS does not know one that does. */
function toMember(name: string): string {
  if (name !== lowerFirst(name)) throw notKept(name);
  return upperFirst(name);
}

/** Every parameter becomes a member, so that the check of the input sees those the operation does not have. */
function fromQuery(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...new Set(query.keys())].map((name) => {
      if (name === 'maxResults') return ['MaxResults', Number(query.get(name))];
      return [upperFirst(name), name === 'tagKeys' ? query.getAll(name) : query.get(name)];
    }),
  );
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
