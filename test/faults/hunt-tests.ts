import { join } from 'node:path';
import { startVitest } from 'vitest/node';
import type { PlantedBug } from './planted-bugs.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Runs a test file on the code with the bug.
 * @returns the name of a test that fails; null when all pass. A file that cannot be loaded catches nothing
 */
export async function huntInTests(bug: PlantedBug, file: string): Promise<string | null> {
  const buggy = join(ROOT, 'functions', bug.file);
  const vitest = await startVitest(
    'test',
    [file],
    // Vitest caches a changed file under the key of the unchanged one, so the next bug in it would meet this one.
    {
      root: ROOT,
      config: false,
      fsModuleCache: false,
      watch: false,
      reporters: [{}],
      maxWorkers: 1,
      testTimeout: 30_000,
    },
    {
      plugins: [
        {
          name: 'planted-bug',
          enforce: 'pre',
          transform: (code: string, id: string) => (id === buggy ? code.replace(bug.find, () => bug.replace) : null),
        },
      ],
    },
  );
  try {
    const modules = vitest.state.getTestModules();
    if (modules.length !== 1) throw new Error(`${file} is ${modules.length} test files`);
    const [failed] = modules[0]!.children.allTests('failed');
    return failed ? `${file}: ${failed.fullName}` : null;
  } finally {
    await vitest.close();
    // The runner reports the failed test by this; here it is what was hoped for.
    process.exitCode = 0;
  }
}
