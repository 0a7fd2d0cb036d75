import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PlantedBug } from './planted-bugs.ts';

const FUNCTIONS = join(import.meta.dirname, '..', '..', 'functions');
const FUNCTIONS_URL = `${pathToFileURL(FUNCTIONS).href}/`;

/**
 * Loads copies of the production code with one change each. `?planted=7` on a module's URL plants the bug with index 7.
 * The file with the bug and every file that reaches it by imports belong to the copy; the rest is shared, because
 * loading all of it for each bug took a quarter of the time. Production code is unaware of this.
 */
export function plantBugs(bugs: readonly PlantedBug[]): void {
  const importers = readImporters();
  const copies = bugs.map((bug) => reaching(bug.file, importers));
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const [url, own] = resolved.url.split('?planted=');
      const planted = own ?? context.parentURL?.split('?planted=')[1];
      if (planted === undefined || !url!.startsWith(FUNCTIONS_URL)) return resolved;
      const isCopied = copies[Number(planted)]!.has(url!.slice(FUNCTIONS_URL.length));
      return { ...resolved, url: isCopied ? `${url}?planted=${planted}` : url! };
    },
    load(url, context, next) {
      const [file, planted] = url.slice(FUNCTIONS_URL.length).split('?planted=');
      const bug = url.startsWith(FUNCTIONS_URL) && planted !== undefined ? bugs[Number(planted)] : undefined;
      if (!bug || bug.file !== file) return next(url, context);
      const source = readFileSync(join(FUNCTIONS, bug.file), 'utf8');
      if (!fits(bug, source)) throw new Error(`the planted bug "${bug.name}" no longer matches ${bug.file}`);
      return { format: 'module-typescript', source: source.replace(bug.find, () => bug.replace), shortCircuit: true };
    },
  });
}

/** Returns true if the text that a bug replaces occurs exactly once. */
export function fits(bug: PlantedBug, source: string): boolean {
  return source.split(bug.find).length === 2;
}

/** Returns the files of `functions` that import each of its files, as paths inside it. */
function readImporters(): ReadonlyMap<string, readonly string[]> {
  const importers = new Map<string, string[]>();
  for (const file of globSync('**/*.ts', { cwd: FUNCTIONS })) {
    for (const [, path] of readFileSync(join(FUNCTIONS, file), 'utf8').matchAll(/'(\.{1,2}\/[^']+\.ts)'/g)) {
      const imported = new URL(path!, FUNCTIONS_URL + file).href.slice(FUNCTIONS_URL.length);
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  return importers;
}

/** Returns a file and all files that reach it by imports. */
function reaching(file: string, importers: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([file]);
  // A set that grows is iterated to its end.
  for (const each of found) for (const importer of importers.get(each) ?? []) found.add(importer);
  return found;
}
