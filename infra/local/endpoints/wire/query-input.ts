import type { NormalizedSchema } from '@smithy/core/schema';

/** Parameters that select the operation and are not part of its input. */
const ENVELOPE = new Set(['Action', 'Version']);

/** Reports a form that does not match the operation's input. */
export class QueryInputError extends Error {
  override readonly name = 'QueryInputError';
}

/**
 * Reads the input of an operation from the query protocol's form, which encodes a member of a structure in a list as
 * `MetricDataQueries.member.1.Id=…`, and an entry of a map as `Attributes.entry.1.key=…` and
 * `Attributes.entry.1.value=…`.
 * @throws {QueryInputError} for an unknown parameter or a value of the wrong type
 * @see https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function readQueryInput(schema: NormalizedSchema, form: URLSearchParams): Record<string, unknown> {
  const unread = new Set([...form.keys()].filter((name) => !ENVELOPE.has(name)));
  const input = schema.isStructSchema() ? readStruct({ form, unread }, schema, '') : {};
  const [unknown] = unread;
  if (unknown !== undefined) throw new QueryInputError(`the operation has no parameter ${unknown}`);
  return input;
}

interface Form {
  form: URLSearchParams;
  unread: Set<string>;
}

function readStruct(source: Form, schema: NormalizedSchema, prefix: string): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [member, memberSchema] of schema.structIterator()) {
    const { xmlName } = memberSchema.getMemberTraits();
    const read = readValue(source, memberSchema, `${prefix}${typeof xmlName === 'string' ? xmlName : member}`);
    if (read !== undefined) value[member] = read;
  }
  return value;
}

function readValue(source: Form, schema: NormalizedSchema, name: string): unknown {
  if (schema.isListSchema()) return readList(source, schema, name);
  if (schema.isMapSchema()) return readMap(source, schema, name);
  if (schema.isStructSchema()) {
    return hasBelow(source, name) ? readStruct(source, schema, `${name}.`) : undefined;
  }
  const text = source.form.get(name);
  if (text === null) return undefined;
  source.unread.delete(name);
  return readScalar(schema, name, text);
}

function readList(source: Form, schema: NormalizedSchema, name: string): unknown[] | undefined {
  const { xmlFlattened } = schema.getMergedTraits();
  const { xmlName } = schema.getValueSchema().getMergedTraits();
  const prefix = xmlFlattened ? `${name}.` : `${name}.${typeof xmlName === 'string' ? xmlName : 'member'}.`;
  // An empty list is encoded as its name without a value.
  if (source.form.get(name) === '') {
    source.unread.delete(name);
    return [];
  }
  const items: unknown[] = [];
  for (let index = 1; source.form.has(`${prefix}${index}`) || hasBelow(source, `${prefix}${index}`); index += 1) {
    items.push(readValue(source, schema.getValueSchema(), `${prefix}${index}`));
  }
  return items.length === 0 ? undefined : items;
}

function readMap(source: Form, schema: NormalizedSchema, name: string): Record<string, unknown> | undefined {
  const { xmlFlattened } = schema.getMergedTraits();
  const prefix = xmlFlattened ? `${name}.` : `${name}.entry.`;
  const partOf = (part: NormalizedSchema, otherwise: string) => {
    const { xmlName } = part.getMergedTraits();
    return typeof xmlName === 'string' ? xmlName : otherwise;
  };
  const keyPart = partOf(schema.getKeySchema(), 'key');
  const valuePart = partOf(schema.getValueSchema(), 'value');
  const entries: [string, unknown][] = [];
  for (let index = 1; hasBelow(source, `${prefix}${index}`); index += 1) {
    const key = readScalar(schema.getKeySchema(), name, source.form.get(`${prefix}${index}.${keyPart}`) ?? '');
    source.unread.delete(`${prefix}${index}.${keyPart}`);
    entries.push([String(key), readValue(source, schema.getValueSchema(), `${prefix}${index}.${valuePart}`)]);
  }
  const names = entries.map(([key]) => key);
  if (new Set(names).size < names.length) throw new QueryInputError(`${name} has a key twice`);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function hasBelow({ form }: Form, name: string): boolean {
  return [...form.keys()].some((key) => key.startsWith(`${name}.`));
}

function readScalar(schema: NormalizedSchema, name: string, text: string): unknown {
  if (schema.isBooleanSchema()) {
    if (text === 'true' || text === 'false') return text === 'true';
    throw new QueryInputError(`${name} must be true or false`);
  }
  if (schema.isNumericSchema()) {
    if (text !== '' && Number.isFinite(Number(text))) return Number(text);
    throw new QueryInputError(`${name} must be a number`);
  }
  if (schema.isTimestampSchema()) {
    const date = /^\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text);
    if (!Number.isNaN(date.getTime())) return date;
    throw new QueryInputError(`${name} must be a time such as 2026-11-30T12:00:00Z`);
  }
  return text;
}
