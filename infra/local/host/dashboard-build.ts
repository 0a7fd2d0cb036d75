/**
 * Entry point of the process that builds the dashboard for `dashboard.ts`: it tells over IPC how it went and ends; and
 * it ends at once when its parent does, whatever ended that.
 */
import { join } from 'node:path';
import { build } from 'vite';

/** What the process says before it ends. */
export interface BuildOutcome {
  isBuilt: boolean;
  /** Why not, in the bundler's words. */
  reason?: string;
}

const [rootDirectory = '', outDir = ''] = process.argv.slice(2);

process.on('disconnect', () => process.exit(1));

function tell(outcome: BuildOutcome): void {
  process.send?.(outcome, undefined, undefined, () => process.exit(outcome.isBuilt ? 0 : 1));
}

build({
  configFile: join(rootDirectory, 'vite.config.ts'),
  logLevel: 'silent',
  build: { outDir, emptyOutDir: true },
}).then(
  () => tell({ isBuilt: true }),
  (error: unknown) => tell({ isBuilt: false, reason: error instanceof Error ? error.message : String(error) }),
);
