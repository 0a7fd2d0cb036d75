import { describe, it } from 'vitest';
import { expectMatrix } from './expect-matrix.ts';
import { WORKFLOWS } from './workflows.ts';

describe('one fault, anywhere', () => {
  it('keeps no invariant from holding on the way up', async () => {
    const names = WORKFLOWS.filter(({ isInMatrix, name }) => isInMatrix && /^(create|start)/.test(name) === true);
    await expectMatrix(names.map(({ name }) => name));
  }, 600_000);
});
