import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { fits } from './planted-loader.ts';

const FUNCTIONS = join(import.meta.dirname, '..', '..', 'functions');

/** A file by itself, so that `npm run check` can run it in seconds, without hunting the bugs. */
describe('the simulation', () => {
  it('matches every planted bug to the current code', () => {
    const misfits = PLANTED_BUGS.filter((bug) => !fits(bug, readFileSync(join(FUNCTIONS, bug.file), 'utf8')));
    expect(misfits.map(({ name, file }) => `${name} (${file})`)).toEqual([]);
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
  });
});
