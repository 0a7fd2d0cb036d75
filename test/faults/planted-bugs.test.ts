import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { HuntResult } from './hunt.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

describe('the simulation', () => {
  it('catches every planted bug', async () => {
    // In a separate process, because a hook of Node's loader creates the copies with the bugs.
    const hunt = join(import.meta.dirname, 'hunt.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [hunt], { timeout: 590_000 });
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as HuntResult);
    const caught = results.filter(({ caughtBy }) => caughtBy !== null);
    console.log(`${caught.length}/${results.length} planted bugs caught`);
    expect(results.filter(({ caughtBy }) => caughtBy === null).map(({ bug }) => bug)).toEqual([]);
    expect(results).toHaveLength(PLANTED_BUGS.length);
  }, 600_000);
});
