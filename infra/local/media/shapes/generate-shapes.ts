/**
 * Writes the JSON Schemas the local media endpoints validate requests with, and those the simulation holds their responses
 * to, from the AWS SDK's own type declarations: `node infra/local/media/shapes/generate-shapes.ts`. The declarations are the only place the npm packages keep enum
 * members and required members. Run it after an SDK upgrade and commit the result.
 *
 * The declarations write a required member as `Name: string | undefined`, which a schema generator reads as optional,
 * so `| undefined` is taken off required members first, on a temporary copy.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import { checkedOutputs } from './checked-outputs.ts';
import { implementedInputs } from './implemented-inputs.ts';

const require = createRequire(import.meta.url);

/** Generates schemas of one service: the definitions reachable from the inputs or outputs named. */
export function generateShapes(service: keyof typeof implementedInputs, shapes: readonly string[]): string {
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
      return `export type Input${input} = ${modelName(model)}.${input};`;
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
    const lines = Object.keys(definitions)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${JSON.stringify(simplify(definitions[name]))}`);
    return `{"definitions":{\n${lines.join(',\n')}\n}}\n`;
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
 * Writes enums as `enum`, and drops `additionalProperties: true`. The generator gives each SDK enum as a union of
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
    writeFileSync(join(import.meta.dirname, `${service}.json`), generateShapes(service, implementedInputs[service]));
    writeFileSync(
      join(import.meta.dirname, `${service}-responses.json`),
      generateShapes(service, checkedOutputs[service]),
    );
  }
}
