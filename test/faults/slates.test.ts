import { describe, it } from 'vitest';
import { expectMatrix } from './expect-matrix.ts';
import { SLATE_WORKFLOWS } from './slate-workflows.ts';

describe('a single fault', () => {
  it('leaves a slate as its record says, or refused with a line on the timeline, and no image after a stop', async () => {
    await expectMatrix(SLATE_WORKFLOWS);
  }, 3_600_000);
});
