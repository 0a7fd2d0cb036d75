import { describe, it } from 'vitest';
import { expectEveryStep, expectMatrix } from './expect-matrix.ts';
import { WORKFLOWS } from './workflows.ts';

describe('one fault, anywhere', () => {
  it('keeps no invariant from holding on the way down', async () => {
    const workflows = WORKFLOWS.filter(({ isInMatrix, name }) => isInMatrix && /^(stop|teardown)/.test(name));
    expectEveryStep(await expectMatrix(workflows));
  }, 600_000);
});
