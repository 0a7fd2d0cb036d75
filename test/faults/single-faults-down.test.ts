import { describe, it } from 'vitest';
import { expectEveryStep, expectMatrix } from './expect-matrix.ts';
import { WORKFLOWS } from './workflows.ts';

describe('a single fault', () => {
  it('breaks no invariant in any stop or teardown workflow', async () => {
    const workflows = WORKFLOWS.filter(({ isInMatrix, name }) => isInMatrix && /^(stop|teardown)/.test(name));
    expectEveryStep(await expectMatrix(workflows));
  }, 600_000);
});
