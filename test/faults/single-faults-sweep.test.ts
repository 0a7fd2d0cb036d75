import { describe, expect, it } from 'vitest';
import { expectEveryGoal, expectMatrix } from './expect-matrix.ts';
import { loadProduction } from './production.ts';
import { runStrikes } from './single-faults.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';

describe('a sweep', () => {
  it('puts everything right without any fault', async () => {
    const { outcome, message, tail } = await runStrikes(await loadProduction(), SWEEP_WORKFLOW, []);
    expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
  });

  it('leaves nothing, with one fault anywhere, that the next ones do not put right', async () => {
    expectEveryGoal(await expectMatrix([SWEEP_WORKFLOW]));
  }, 600_000);
});
