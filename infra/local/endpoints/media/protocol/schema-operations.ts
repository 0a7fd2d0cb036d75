import { JsonCodec2 } from '@smithy/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import { findUnknownMember } from '../../wire/unknown-members.ts';
import { badRequest, notKept } from '../../wire/aws-error.ts';
import type { Operation } from '../../wire/operation.ts';
import { parseBody, toSegments } from '../../wire/operation.ts';
import type { ShapeCheck } from './shape-validation.ts';

/** `[9, namespace, name, traits, input, output]`: an operation in the AWS SDK's schemas. */
type OperationSchema = [9, string, string, { http: [string, string, number] }, SchemaReference, SchemaReference];
type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

const codec = new JsonCodec2({ jsonName: true, timestampFormat: { useTrait: true, default: 7 } });

/**
 * Reads the operations from an AWS SDK client's exports: the client's own wire schemas, used in the other direction.
 *
 * @param client the module, `import * as client from '@aws-sdk/client-medialive'`
 * @param shapeChecks returns the check for an input by the name of its shape
 */
export function operationsFromSchemas(client: object, shapeChecks: (shape: string) => ShapeCheck): Operation[] {
  return Object.values(client)
    .filter(isOperationSchema)
    .map((schema) => toOperation(schema, shapeChecks));
}

function isOperationSchema(value: unknown): value is OperationSchema {
  return Array.isArray(value) && value[0] === 9;
}

function toOperation(schema: OperationSchema, shapeChecks: (shape: string) => ShapeCheck): Operation {
  const [, , name, { http }, inputReference, outputReference] = schema;
  const input = NormalizedSchema.of(inputReference);
  const output = NormalizedSchema.of(outputReference);
  const check = shapeChecks(input.getName() ?? '');
  return {
    name,
    method: http[0],
    segments: toSegments(http[1]),
    status: http[2],
    async read({ labels, query, body }) {
      const value = body === '' ? {} : await readJson(input, body);
      refuseUnknownParameters(input, query);
      for (const [member, memberSchema] of input.structIterator()) {
        const traits = memberSchema.getMergedTraits();
        if (traits.httpLabel !== undefined) value[member] = labels[member];
        if (typeof traits.httpQuery === 'string') {
          const found = query.getAll(traits.httpQuery);
          if (found.length > 0) value[member] = fromQuery(memberSchema, found);
        }
      }
      const findings = check(value);
      if (findings.length > 0) throw badRequest(findings.join('; '));
      return value;
    },
    write(result) {
      if (output.isUnitSchema()) return undefined;
      const serializer = codec.createSerializer();
      serializer.write(output, result ?? {});
      return new TextDecoder().decode(serializer.flush());
    },
  };
}

async function readJson(schema: NormalizedSchema, body: string): Promise<Record<string, unknown>> {
  // The codec parses the text on its own, and accepts more as an object than AWS does.
  const unknown = findUnknownMember(schema, parseBody(body), true);
  if (unknown !== null) throw notKept(unknown);
  try {
    return (await codec.createDeserializer().read(schema, body)) as Record<string, unknown>;
  } catch {
    throw badRequest('the body does not fit the operation');
  }
}

/** Refuses parameters that the schemas lack. Newer clients may send them, and dropping one would change the request. */
function refuseUnknownParameters(input: NormalizedSchema, query: URLSearchParams): void {
  const known = new Set([...input.structIterator()].map(([, member]) => member.getMergedTraits().httpQuery));
  const unknown = [...query.keys()].find((name) => !known.has(name));
  if (unknown !== undefined) throw notKept(unknown);
}

function fromQuery(schema: NormalizedSchema, values: string[]): unknown {
  if (schema.isNumericSchema()) return Number(values[0]);
  return schema.isListSchema() ? values : values[0];
}
