import { describe, it } from 'vitest';
import { expectEveryGoal, expectMatrix } from './expect-matrix.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';

describe('the primary', () => {
  it('recovers from its deletion despite any single fault', async () => {
    expectEveryGoal(await expectMatrix(PRIMARY_WORKFLOWS));
  }, 600_000);
});
