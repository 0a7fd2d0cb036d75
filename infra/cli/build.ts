import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Builds `dist/sluice.js`: the whole command in one file, which needs nothing of the repository. */

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Builds the command. @returns the source files in it
 * @param outfile where to put it
 */
export async function buildCommand(outfile = join(ROOT, 'dist', 'sluice.js')): Promise<string[]> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  mkdirSync(join(outfile, '..'), { recursive: true });
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
  return Object.keys(metafile.inputs);
}

if (import.meta.main) await buildCommand();
