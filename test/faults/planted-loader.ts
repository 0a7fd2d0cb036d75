import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './planted-bugs.ts';

/**
 * Loads copies of the production code with one change each. `?planted=7` on a module's URL plants the bug with index 7,
 * and every module of `functions` that it imports belongs to the same copy. Production code is unaware of this.
 */
export function plantBugs(bugs: readonly PlantedBug[]): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      const planted = /\?planted=\d+$/.exec(context.parentURL ?? '')?.[0];
      const isOurs = resolved.url.includes('/functions/') && !resolved.url.includes('?');
      return planted && isOurs ? { ...resolved, url: resolved.url + planted } : resolved;
    },
    load(url, context, next) {
      const match = /^(file:.*\/functions\/(.*\.ts))\?planted=(\d+)$/.exec(url);
      const bug = match && bugs[Number(match[3])];
      if (!match || !bug || bug.file !== match[2]) return next(url, context);
      const source = readFileSync(fileURLToPath(match[1]!), 'utf8');
      if (!fits(bug, source)) throw new Error(`the planted bug "${bug.name}" no longer matches ${bug.file}`);
      return { format: 'module-typescript', source: source.replace(bug.find, () => bug.replace), shortCircuit: true };
    },
  });
}

/** Returns true if the text that a bug replaces occurs exactly once. */
export function fits(bug: PlantedBug, source: string): boolean {
  return source.split(bug.find).length === 2;
}
