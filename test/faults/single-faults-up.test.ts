import { describe, it } from 'vitest';
import { expectEveryStep, expectMatrix } from './expect-matrix.ts';
import { WORKFLOWS } from './workflows.ts';

describe('one fault, anywhere', () => {
  it('keeps no invariant from holding on the way up', async () => {
    const workflows = WORKFLOWS.filter(({ isInMatrix, name }) => isInMatrix && /^(create|start)/.test(name));
    expectEveryStep(await expectMatrix(workflows));
  }, 600_000);
});
