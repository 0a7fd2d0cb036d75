import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { SOURCE_LIST } from '../local/bootstrap/is-command-fresh.mjs';

/** Builds `dist/sluice.js`: the whole command in one file, which needs nothing of the repository. */

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Builds the command, and writes the list of its sources beside it, by which a later start knows whether to build again.
 * @param outfile where to put it
 * @returns the files in it
 */
export async function buildCommand(outfile = join(ROOT, 'dist', 'sluice.js')): Promise<string[]> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  mkdirSync(dirname(outfile), { recursive: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['infra/cli/main.ts'],
    outfile,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    // The checkout has a package.json that says so; a copy elsewhere has not.
    banner: { js: '#!/usr/bin/env node' },
    define: { SLUICE_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
  });
  const inputs = Object.keys(metafile.inputs);
  // A package changes with the lock file. package.json has the version.
  const sources = inputs.filter((file) => !file.includes('node_modules/'));
  const list = [...sources, 'infra/cli/build.ts', 'package.json', 'package-lock.json'];
  writeFileSync(join(dirname(outfile), SOURCE_LIST), `${JSON.stringify(list, null, 2)}\n`);
  return inputs;
}

if (import.meta.main) await buildCommand();
