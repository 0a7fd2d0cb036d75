import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { HuntResult } from './hunt.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { fits } from './planted-loader.ts';
import { takeShare } from '../support/share.ts';

const FUNCTIONS = join(import.meta.dirname, '..', '..', 'functions');

describe('the simulation', () => {
  it('matches every planted bug to the current code', () => {
    const misfits = PLANTED_BUGS.filter((bug) => !fits(bug, readFileSync(join(FUNCTIONS, bug.file), 'utf8')));
    expect(misfits.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
  });

  it('catches every planted bug of this commit’s share', async () => {
    // In a separate process, because a hook of Node's loader creates the copies with the bugs.
    const hunt = join(import.meta.dirname, 'hunt.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [hunt], { timeout: 3_590_000 });
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as HuntResult);
    const caught = results.filter(({ caughtBy }) => caughtBy !== null);
    console.log(`${caught.length}/${results.length} planted bugs caught`);
    expect(results.filter(({ caughtBy }) => caughtBy === null).map(({ bug }) => bug)).toEqual([]);
    expect(results).toHaveLength(takeShare(PLANTED_BUGS).length);
  }, 3_600_000);
});
