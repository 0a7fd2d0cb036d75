import { describe, it } from 'vitest';
import { expectMatrix } from './expect-matrix.ts';
import { WORKFLOWS } from './workflows.ts';

describe('one fault, anywhere', () => {
  it('keeps no invariant from holding on the way down', async () => {
    const names = WORKFLOWS.filter(({ isInMatrix, name }) => isInMatrix && /^(create|start)/.test(name) === false);
    await expectMatrix(names.map(({ name }) => name));
  }, 600_000);
});
