import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';

/** Lists what is wrong with an operation's input, in words; empty when nothing is. */
export type ShapeCheck = (input: unknown) => string[];

/**
 * Loads a service's generated request schemas. Inputs that no schema is kept for pass unchecked: they are those made of
 * a label and nothing else, which the route itself has already required.
 *
 * @returns the check for an input by the name of its shape, `CreateChannelRequest`
 */
export function loadShapeChecks(service: 'medialive' | 'mediaconnect' | 'mediapackage'): (shape: string) => ShapeCheck {
  const path = join(import.meta.dirname, '..', 'shapes', `${service}.json`);
  const { definitions } = JSON.parse(readFileSync(path, 'utf8')) as { definitions: Record<string, object> };
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addSchema({ $id: service, definitions });
  return (shape) => {
    if (definitions[shape] === undefined) return () => [];
    let compiled: ValidateFunction | undefined;
    return (input) => {
      compiled ??= ajv.compile({ $ref: `${service}#/definitions/${shape}` });
      return compiled(input) ? [] : (compiled.errors ?? []).map(inWords);
    };
  };
}

/** Names the member and the rule. Never quotes the value: it may be a stream key. */
function inWords(error: ErrorObject): string {
  const member = error.instancePath.slice(1).replaceAll('/', '.') || 'the request';
  const allowed = error.keyword === 'enum' ? `: ${(error.params.allowedValues as string[]).join(', ')}` : '';
  return `${member} ${error.message ?? 'is not valid'}${allowed}`;
}
