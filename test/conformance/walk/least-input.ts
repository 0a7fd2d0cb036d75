import { NormalizedSchema } from '@smithy/core/schema';

/** Values by member name that refer to existing resources. All other values refer to none. */
export type KnownValues = Record<string, unknown>;

type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

/** Deeper than the required members of any input. */
const DEPTH_MAX = 12;

/** Builds the smallest input that an SDK client's schema allows: only required members, lists and maps of one item. */
export function leastInput(reference: SchemaReference, known: KnownValues): Record<string, unknown> {
  const schema = NormalizedSchema.of(reference);
  return schema.isStructSchema() ? leastStruct(schema, known, 0) : {};
}

/** Returns the optional members of an input, each with a value of its type. */
export function optionalMembers(reference: SchemaReference): Record<string, unknown> {
  const schema = NormalizedSchema.of(reference);
  if (!schema.isStructSchema()) return {};
  const requiredCount = Number((schema.getSchema() as unknown[])[6] ?? 0);
  const optional = [...schema.structIterator()].slice(requiredCount);
  return Object.fromEntries(optional.map(([name, member]) => [name, leastValue(member, {}, 0)]));
}

function leastStruct(schema: NormalizedSchema, known: KnownValues, depth: number): Record<string, unknown> {
  const members = [...schema.structIterator()];
  // Schemas list the required members first and store their number. A union has exactly one member.
  const requiredCount = schema.isUnionSchema() ? 1 : Number((schema.getSchema() as unknown[])[6] ?? 0);
  return Object.fromEntries(
    members
      .slice(0, requiredCount)
      .map(([name, member]) => [name, known[name] ?? leastValue(member, known, depth + 1)]),
  );
}

function leastValue(schema: NormalizedSchema, known: KnownValues, depth: number): unknown {
  if (depth > DEPTH_MAX) return undefined;
  if (schema.isStructSchema()) return leastStruct(schema, known, depth);
  if (schema.isListSchema()) return [leastValue(schema.getValueSchema(), known, depth + 1)];
  if (schema.isMapSchema()) return { x: leastValue(schema.getValueSchema(), known, depth + 1) };
  if (schema.isBlobSchema()) return new Uint8Array([120]);
  if (schema.isBooleanSchema()) return false;
  if (schema.isTimestampSchema()) return new Date(0);
  if (schema.isNumericSchema()) return 1;
  return 'x';
}

/** The part of JSON Schema that the SDK's declarations use. */
export interface JsonShape {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  properties?: Record<string, JsonShape>;
  required?: string[];
  items?: JsonShape;
}

/** Builds the smallest input for a client without schemas, from JSON Schemas generated from its declarations. */
export function leastInputOfShape(
  shape: JsonShape,
  definitions: Record<string, JsonShape>,
  known: KnownValues,
): Record<string, unknown> {
  const { properties = {}, required = [] } = resolve(shape, definitions);
  return Object.fromEntries(
    required.map((name) => [name, known[name] ?? leastOfShape(properties[name] ?? {}, definitions, known)]),
  );
}

/** Returns the optional members of a shape, each with a value of its type. */
export function optionalMembersOfShape(
  shape: JsonShape,
  definitions: Record<string, JsonShape>,
): Record<string, unknown> {
  const { properties = {}, required = [] } = resolve(shape, definitions);
  const optional = Object.entries(properties).filter(([name]) => !required.includes(name));
  return Object.fromEntries(optional.map(([name, member]) => [name, leastOfShape(member, definitions, {})]));
}

function leastOfShape(shape: JsonShape, definitions: Record<string, JsonShape>, known: KnownValues): unknown {
  const { type, enum: values, items } = resolve(shape, definitions);
  if (values !== undefined) return values[0];
  switch (type) {
    case 'object':
      return leastInputOfShape(shape, definitions, known);
    case 'array':
      return [leastOfShape(items ?? {}, definitions, known)];
    case 'number':
      return 1;
    case 'boolean':
      return false;
    default:
      return 'x';
  }
}

function resolve(shape: JsonShape, definitions: Record<string, JsonShape>): JsonShape {
  const name = shape.$ref?.replace('#/definitions/', '');
  return name === undefined ? shape : resolve(definitions[name] ?? {}, definitions);
}
