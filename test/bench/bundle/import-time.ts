import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Bundle } from './bundle.ts';

const run = promisify(execFile);

/** Reads the file, compiles it and runs its top level, like Lambda for each new environment. */
const SCRIPT = `
const beganMs = performance.now();
await import(process.argv[1]);
process.stdout.write(String(performance.now() - beganMs));
`;

/**
 * Measures how many milliseconds each import takes, each time in a fresh process. The bundles alternate, so that other
 * load on the machine affects all of them alike.
 * @param environment the variables that the bundles read while they load
 */
export async function timeImports(
  bundles: readonly Bundle[],
  { rounds, environment }: { rounds: number; environment: Record<string, string> },
): Promise<number[][]> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bundles-'));
  try {
    const files = bundles.map(({ code }, index) => {
      const file = join(directory, `${index}.mjs`);
      writeFileSync(file, code);
      return file;
    });
    const times: number[][] = files.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, file] of files.entries()) {
        const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', SCRIPT, file], {
          cwd: directory,
          env: environment,
        });
        times[index]!.push(Number(stdout));
      }
    }
    return times;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
