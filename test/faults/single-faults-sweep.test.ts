import { describe, expect, it } from 'vitest';
import { expectEveryGoal, expectMatrix } from './expect-matrix.ts';
import { loadProduction } from './production.ts';
import { runStrikes } from './single-faults.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';

describe('a sweep', () => {
  it('corrects everything without a fault', async () => {
    const { outcome, message, tail } = await runStrikes(await loadProduction(), SWEEP_WORKFLOW, []);
    expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
  });

  it('leaves nothing that later sweeps do not correct, despite any single fault', async () => {
    expectEveryGoal(await expectMatrix([SWEEP_WORKFLOW]));
  }, 600_000);
});
