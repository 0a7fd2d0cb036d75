import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = [
  'infra/cli',
  'infra/cli/commands',
  'functions/api/api-client.ts',
  'functions/api/api-problem.ts',
  'functions/api/is-moving.ts',
  'package.json',
];

/**
 * Returns true when dist/sluice.js is newer than all its sources.
 * @param root folder of the checkout
 */
export function isCommandFresh(root) {
  const built = modifiedAtMs(join(root, 'dist', 'sluice.js'));
  const files = SOURCES.flatMap((source) => {
    const path = join(root, source);
    return statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
  });
  return files.filter((file) => /\.ts$|package\.json$/.test(file)).every((file) => modifiedAtMs(file) < built);
}

function modifiedAtMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
