import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { otherTurns, SLOW_FILES } from './slow-files.ts';

const ROOT = join(import.meta.dirname, '..', '..');

describe('slow files', () => {
  it('exist', () => {
    expect(SLOW_FILES.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it.each([1, 2, 3, 20])('have their turn in one of %i shares', (shares) => {
    const leftOut = Array.from({ length: shares }, (_, share) => otherTurns(share, shares)).flat();
    for (const file of SLOW_FILES)
      expect([file, leftOut.filter((each) => each === file).length]).toEqual([file, shares - 1]);
  });
});
