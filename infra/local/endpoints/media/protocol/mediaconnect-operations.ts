/**
 * MediaConnect's bindings, written by hand, because its SDK client predates the schemas that the others contain. On the
 * wire every member starts with a lower-case letter; the keys of `tags` belong to the caller and stay unchanged.
 */
import { AwsError, badRequest, notKept } from '../../wire/aws-error.ts';
import { mediaConnectBindings } from './mediaconnect-bindings.ts';
import type { Operation } from '../../wire/operation.ts';
import { parseBody, toSegments } from '../../wire/operation.ts';
import type { ShapeCheck } from './shape-validation.ts';

/** Returns every MediaConnect operation, implemented here or not. */
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

/** Converts a wire name. AWS does not accept a member that starts with a capital letter. */
function toMember(name: string): string {
  if (name !== lowerFirst(name)) throw notKept(name);
  return upperFirst(name);
}

/** Turns every query parameter into a member, so that the input check sees unknown ones. */
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
