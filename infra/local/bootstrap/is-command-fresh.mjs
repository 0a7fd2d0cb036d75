import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The file beside the built command that lists the sources in it, relative to the checkout. */
export const SOURCE_LIST = 'sluice.sources.json';

/**
 * Returns true when dist/sluice.js is newer than every source that its build has recorded.
 * @param root folder of the checkout
 */
export function isCommandFresh(root) {
  const built = modifiedAtMs(join(root, 'dist', 'sluice.js'));
  const sources = readSources(join(root, 'dist', SOURCE_LIST));
  // A source that is gone has been moved or deleted since.
  return (
    built !== null &&
    sources !== null &&
    sources.every((source) => (modifiedAtMs(join(root, source)) ?? Infinity) < built)
  );
}

function readSources(file) {
  try {
    const sources = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(sources) && sources.every((source) => typeof source === 'string') ? sources : null;
  } catch {
    return null;
  }
}

function modifiedAtMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
