import type { NormalizedSchema } from '@smithy/core/schema';

/**
 * Finds a member that a schema does not have. The SDK's deserializers drop such members, so the endpoint would return a
 * success for something other than the request.
 * @param value a parsed request, before the schema is applied
 * @param hasJsonNames whether members use their `jsonName` on the wire
 * @returns the path of the first unknown member, `encoderSettings.newMember`, or null
 */
export function findUnknownMember(schema: NormalizedSchema, value: unknown, hasJsonNames: boolean): string | null {
  if (value === null || typeof value !== 'object') return null;
  if (Array.isArray(value)) {
    if (!schema.isListSchema()) return null;
    return firstPath(
      value.map((item, index) => [String(index), schema.getValueSchema(), item]),
      hasJsonNames,
    );
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value).map(([key, item]): Child => [key, schema.getValueSchema(), item]);
    return firstPath(entries, hasJsonNames);
  }
  if (!schema.isStructSchema()) return null;
  const members = new Map<string, NormalizedSchema>();
  for (const [member, memberSchema] of schema.structIterator()) {
    const { jsonName } = memberSchema.getMergedTraits();
    members.set(hasJsonNames && typeof jsonName === 'string' ? jsonName : member, memberSchema);
  }
  const given = Object.entries(value);
  const unknown = given.find(([name]) => !members.has(name));
  if (unknown !== undefined) return unknown[0];
  return firstPath(
    given.map(([name, item]) => [name, members.get(name)!, item]),
    hasJsonNames,
  );
}

type Child = [name: string, schema: NormalizedSchema, value: unknown];

function firstPath(children: Child[], hasJsonNames: boolean): string | null {
  for (const [name, schema, value] of children) {
    const path = findUnknownMember(schema, value, hasJsonNames);
    if (path !== null) return `${name}.${path}`;
  }
  return null;
}
