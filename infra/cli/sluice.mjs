#!/usr/bin/env node
/**
 * `npx sluice` in a checkout: runs dist/sluice.js, after building it if a source file is newer. It needs no dependency.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isCommandFresh } from '../local/bootstrap/is-command-fresh.mjs';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');
const built = join(root, 'dist', 'sluice.js');
const NODE_MAJOR_MIN = 22;

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN && isCommandFresh(root)) {
  enableCompileCache?.(join(root, 'node_modules', '.cache', 'node'));
  await import(pathToFileURL(built).href);
} else {
  const start = join(root, 'infra', 'local', 'bootstrap', 'start.mjs');
  if (!existsSync(start)) throw new Error(`${built} is missing`);
  // An npm around this process may have set INIT_CWD to another folder.
  const env = { ...process.env, INIT_CWD: process.cwd() };
  const { status } = spawnSync(process.execPath, [start, 'sluice', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  });
  process.exitCode = status ?? 1;
}
