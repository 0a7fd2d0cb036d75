import { bundleText, ownCodeOf, type Bundle } from './bundle.ts';

/**
 * Builds the smallest possible function: the same SDK clients and commands, the same libraries, and no code of ours. It
 * reads them from the imports that remain after tree shaking, so the floor follows the code.
 */

/** The imported names of a floor, by package. */
type Imports = Map<string, Set<string>>;

/** Stands for all names of a package, of which none can be left out: it is loaded when it is needed. */
const WHOLE = '*';

/** `sdk`: the SDK's commands, and Hono if the function serves HTTP. `libraries`: every package our code imports. */
export type FloorKind = 'sdk' | 'libraries';

const SDK = /^@aws-sdk\//;
const HONO = /^hono(\/|$)/;

/** Bundles the floor of an entry point, given by its path from the root. */
export async function bundleFloor(entry: string, kind: FloorKind): Promise<Bundle> {
  const imports = collectImports(await ownCodeOf(entry));
  const isWanted = (name: string) => kind === 'libraries' || SDK.test(name) || HONO.test(name);
  return bundleText(await toText(new Map([...imports].filter(([name]) => isWanted(name)))));
}

/** Collects the package imports that the code uses. For a namespace import, these are the members it accesses. */
function collectImports(code: string): Imports {
  const imports: Imports = new Map();
  const add = (name: string, members: Iterable<string>) => {
    if (!name.startsWith('node:')) imports.set(name, new Set([...(imports.get(name) ?? []), ...members]));
  };
  // esbuild keeps imports whose uses it has removed.
  const body = code.replaceAll(/^import [^;]*;$/gm, '');
  const words = new Set(body.match(/[\w$]+/g));
  for (const [, names = '', name = ''] of code.matchAll(/^import \{([^}]*)\} from "([^"]+)";/gm)) {
    const pairs = names.split(',').map((each) => each.trim().split(' as '));
    add(
      name,
      pairs.filter(([member, local = member]) => words.has(local!)).map(([member]) => member!),
    );
  }
  for (const [, alias = '', name = ''] of code.matchAll(/^import \* as (\w+) from "([^"]+)";/gm)) {
    add(
      name,
      [...body.matchAll(new RegExp(`\\b${alias}\\.(\\w+)`, 'g'))]
        .map(([, member]) => member!)
        // Only Node has it, of a CommonJS module; a bundler reads the ES module.
        .filter((member) => member !== 'default'),
    );
  }
  for (const [, local = '', name = ''] of code.matchAll(/^import (\w+) from "([^"]+)";/gm)) {
    if (words.has(local)) add(name, ['default']);
  }
  for (const [, name = ''] of code.matchAll(/\bimport\("([^".][^"]*)"\)/g)) add(name, [WHOLE]);
  return imports;
}

/** Returns a module that keeps every import. Leaves out members that are only types. */
async function toText(imports: Imports): Promise<string> {
  const lines: string[] = [];
  const kept: string[] = [];
  for (const [name, members] of imports) {
    if (members.has(WHOLE)) {
      kept.push(`whole_${kept.length}`);
      lines.push(`import * as ${kept.at(-1)} from '${name}';`);
      continue;
    }
    const exported = await exportsOf(name);
    const values = [...members].filter((member) => exported.has(member)).toSorted();
    const local = (member: string) => `${member}_${kept.length}`;
    const pairs = values.map((member) => {
      const alias = local(member);
      kept.push(alias);
      return `${member} as ${alias}`;
    });
    if (pairs.length > 0) lines.push(`import { ${pairs.join(', ')} } from '${name}';`);
  }
  return `${lines.join('\n')}\nexport const handler = () => [${kept.join(', ')}];\n`;
}

const known = new Map<string, Set<string>>();

async function exportsOf(name: string): Promise<Set<string>> {
  const before = known.get(name);
  if (before) return before;
  const exported = (await import(import.meta.resolve(name))) as { default?: object };
  // Of a CommonJS module, Node may name the default export only.
  const found = new Set([...Object.keys(exported), ...Object.keys(exported.default ?? {})]);
  known.set(name, found);
  return found;
}
