import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { notKeptText } from '../../wire/aws-error.ts';

/** Lists the errors in an operation's input as sentences; empty for a valid input. */
export type ShapeCheck = (input: unknown) => string[];

type ShapeChecks = (shape: string) => ShapeCheck;
type CheckedService = 'medialive' | 'mediaconnect' | 'mediapackage';

/** Endpoints share the compiled schemas, because compiling takes far longer than using them and they never change. */
const loadedChecks = new Map<CheckedService, ShapeChecks>();

/**
 * Loads a service's generated request schemas, reduced to the members that the endpoints keep. Inputs without a schema
 * are not checked: their members travel in the path and the query, which the SDK's own schemas describe.
 *
 * @returns the check for an input by the name of its shape, `CreateChannelRequest`
 */
export function loadShapeChecks(service: CheckedService): ShapeChecks {
  const checks = loadedChecks.get(service) ?? readShapeChecks(service);
  loadedChecks.set(service, checks);
  return checks;
}

function readShapeChecks(service: CheckedService): ShapeChecks {
  const path = join(import.meta.dirname, '..', 'shapes', `${service}.json`);
  const { definitions } = JSON.parse(readFileSync(path, 'utf8')) as { definitions: Record<string, object> };
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addSchema({ $id: service, definitions });
  const compiled = new Map<string, ValidateFunction>();
  return (shape) => {
    if (definitions[shape] === undefined) return () => [];
    return (input) => {
      const check = compiled.get(shape) ?? ajv.compile({ $ref: `${service}#/definitions/${shape}` });
      compiled.set(shape, check);
      return check(input) ? [] : (check.errors ?? []).map(inWords);
    };
  };
}

/** Names the member and the rule, but never the value, which may be a stream key. */
function inWords(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  if (error.keyword === 'additionalProperties') {
    const name = error.params.additionalProperty as string;
    return notKeptText(path === '' ? name : `${path}.${name}`);
  }
  const member = path || 'the request';
  const allowed = error.keyword === 'enum' ? `: ${(error.params.allowedValues as string[]).join(', ')}` : '';
  return `${member} ${error.message ?? 'is not valid'}${allowed}`;
}
