/**
 * Generates the JSON Schemas that the local media endpoints validate requests with, and those that the simulation
 * checks their responses against, from the AWS SDK's type declarations. In the npm packages only the declarations
 * contain enum members and required members. Run `npm run shapes` after an SDK upgrade and commit the result.
 *
 * The declarations write a required member as `Name: string | undefined`, which a schema generator reads as optional.
 * The script therefore removes `| undefined` from required members first, in a temporary copy.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { checkedOutputs } from './checked-outputs.ts';
import { implementedInputs } from './implemented-inputs.ts';
import { keptMembers } from './kept-members.ts';
import { newerMembers } from './newer-members.ts';

const require = createRequire(import.meta.url);

/** Prefixes the names of the requested shapes, in requests and responses alike. */
const REQUEST_PREFIX = 'Input';

type Definitions = Record<string, { properties?: Record<string, unknown>; required?: string[] }>;

/** Generates the schemas of a service's requests, with only the members that its local endpoint keeps. */
export function generateRequests(service: keyof typeof implementedInputs): string {
  const definitions = withNewer(readDefinitions(service, implementedInputs[service]), newerMembers[service] ?? {});
  return print(onlyReachable(onlyKept(definitions, keptMembers[service])));
}

/** Generates the schemas of a service's responses, with every member of AWS's and the newer ones of requests. */
export function generateResponses(service: keyof typeof implementedInputs): string {
  const definitions = readDefinitions(service, checkedOutputs[service]);
  const answered = Object.entries(newerMembers[service] ?? {}).filter(([shape]) => definitions[shape] !== undefined);
  return print(withNewer(definitions, Object.fromEntries(answered)));
}

/** Adds the members that the declarations lack. */
function withNewer(definitions: Definitions, newer: Record<string, Record<string, object>>): Definitions {
  const changed = Object.entries(newer).map(([shape, members]) => {
    const definition = definitions[shape];
    if (!definition) throw new Error(`newer-members.ts lists a shape that no request has: ${shape}`);
    return [shape, { ...definition, properties: { ...definition.properties, ...members } }];
  });
  return { ...definitions, ...Object.fromEntries(changed) };
}

/** Keeps only the listed members and forbids additional ones in every shape. */
function onlyKept(definitions: Definitions, kept: Record<string, readonly string[]>): Definitions {
  const missing = Object.keys(kept).filter((shape) => definitions[shape] === undefined);
  if (missing.length > 0) throw new Error(`kept-members.ts lists shapes that no request has: ${missing.join(', ')}`);
  return Object.fromEntries(
    Object.entries(definitions).map(([shape, definition]) => {
      const { properties } = definition;
      if (properties === undefined) return [shape, definition];
      const members = Object.entries(properties).filter(([member]) => kept[shape]?.includes(member) ?? true);
      return [shape, { ...definition, properties: Object.fromEntries(members), additionalProperties: false }];
    }),
  );
}

/** Drops the definitions that no request refers to. */
function onlyReachable(definitions: Definitions): Definitions {
  const reached = new Set<string>();
  const waiting = Object.keys(definitions).filter((name) => name.startsWith(REQUEST_PREFIX));
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const references = JSON.stringify(definitions[name]).matchAll(/"#\/definitions\/([^"]+)"/g);
    for (const [, reference] of references) waiting.push(reference!);
  }
  return Object.fromEntries(Object.entries(definitions).filter(([name]) => reached.has(name)));
}

function print(definitions: Definitions): string {
  const lines = Object.keys(definitions)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(definitions[name])}`);
  return `{"definitions":{\n${lines.join(',\n')}\n}}\n`;
}

/** Generates the JSON Schemas of a service's shapes, and of everything they refer to, from the SDK's declarations. */
export function readDefinitions(service: keyof typeof implementedInputs, shapes: readonly string[]): Definitions {
  const packageRoot = dirname(dirname(require.resolve(`@aws-sdk/client-${service}`)));
  const folder = mkdtempSync(join(tmpdir(), 'shapes-'));
  try {
    cpSync(join(packageRoot, 'dist-types', 'models'), folder, { recursive: true });
    for (const file of readdirSync(folder, { withFileTypes: true })) {
      if (!file.isFile() || !file.name.endsWith('.d.ts')) continue;
      const path = join(folder, file.name);
      writeFileSync(path, markRequired(readFileSync(path, 'utf8')));
    }
    const entry = join(folder, 'inputs.ts');
    const models = readdirSync(folder).filter((name) => name.startsWith('models_') && name.endsWith('.d.ts'));
    const imports = models.map((name) => `import type * as ${modelName(name)} from './${name.replace('.d.ts', '')}';`);
    const aliases = shapes.map((input) => {
      const model = models.find((name) =>
        new RegExp(`export (interface|type) ${input}\\b`).test(readFileSync(join(folder, name), 'utf8')),
      );
      if (model === undefined) throw new Error(`${service} declares no ${input}`);
      return `export type ${REQUEST_PREFIX}${input} = ${modelName(model)}.${input};`;
    });
    writeFileSync(entry, [...imports, ...aliases].join('\n'));
    const generator = createGenerator({
      path: entry,
      type: '*',
      skipTypeCheck: true,
      jsDoc: 'none',
      topRef: true,
      additionalProperties: true,
      encodeRefs: false,
    });
    const definitions = generator.createSchema('*').definitions ?? {};
    return Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => [name, simplify(definition) as Definitions[string]]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function modelName(file: string): string {
  return file.replace('.d.ts', '');
}

function markRequired(declarations: string): string {
  return declarations.replace(/^(\s+\w+): (.+) \| undefined;$/gm, '$1: $2;');
}

/**
 * Writes enums as `enum`, and drops `additionalProperties: true`. The generator emits each SDK enum as a union of
 * constants and one empty schema, which would accept anything.
 */
function simplify(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(simplify);
  if (node === null || typeof node !== 'object') return node;
  const { anyOf } = node as { anyOf?: { const?: unknown }[] };
  if (anyOf !== undefined) {
    const constants = anyOf.flatMap((member) => (typeof member.const === 'string' ? [member.const] : []));
    const others = anyOf.filter((member) => Object.keys(member).length > 0 && typeof member.const !== 'string');
    if (constants.length > 0 && others.length === 0) return { enum: constants };
  }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => key !== 'additionalProperties' || typeof value === 'object')
      .map(([key, value]) => [key, simplify(value)]),
  );
}

if (import.meta.main) {
  for (const service of Object.keys(implementedInputs) as (keyof typeof implementedInputs)[]) {
    writeFileSync(join(import.meta.dirname, `${service}.json`), generateRequests(service));
    writeFileSync(join(import.meta.dirname, `${service}-responses.json`), generateResponses(service));
  }
}
