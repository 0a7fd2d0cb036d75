/**
 * Entry point of the process that builds the dashboard for `dashboard.ts`. It reports the result over IPC and exits. It
 * also exits as soon as its parent does. Arguments: the folder of the product, the folder to build in, and `watch` when
 * the public pages are wanted too.
 */
import { join } from 'node:path';
import { build } from 'vite';
import { WATCH_FOLDER } from './watch-folder.ts';

/** The result that the process reports before it exits. */
export interface BuildOutcome {
  isBuilt: boolean;
  /** The bundler's error message, if the build failed. */
  reason?: string;
}

const [rootDirectory = '', outDir = '', ...pages] = process.argv.slice(2);

process.on('disconnect', () => process.exit(1));

function report(outcome: BuildOutcome): void {
  process.send?.(outcome, undefined, undefined, () => process.exit(outcome.isBuilt ? 0 : 1));
}

const common = { configFile: join(rootDirectory, 'vite.config.ts'), logLevel: 'silent' } as const;

async function buildPages(): Promise<void> {
  await build({ ...common, build: { outDir, emptyOutDir: true } });
  if (!pages.includes(WATCH_FOLDER)) return;
  await build({ ...common, mode: 'watch', build: { outDir: join(outDir, WATCH_FOLDER), emptyOutDir: true } });
}

buildPages().then(
  () => report({ isBuilt: true }),
  (error: unknown) => report({ isBuilt: false, reason: error instanceof Error ? error.message : String(error) }),
);
