import { describe, it } from 'vitest';
import { expectMatrix } from './expect-matrix.ts';
import { SOURCE_WORKFLOWS } from './source-workflows.ts';

describe('a single fault', () => {
  it('leaves a change of sources done, or not done with an error, and the destination undisturbed', async () => {
    await expectMatrix(SOURCE_WORKFLOWS);
  }, 600_000);
});
