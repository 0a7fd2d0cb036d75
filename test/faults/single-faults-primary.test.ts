import { describe, it } from 'vitest';
import { expectEveryGoal, expectMatrix } from './expect-matrix.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';

describe('the primary', () => {
  it('comes back with one fault anywhere while it is brought back', async () => {
    expectEveryGoal(await expectMatrix(PRIMARY_WORKFLOWS));
  }, 600_000);
});
