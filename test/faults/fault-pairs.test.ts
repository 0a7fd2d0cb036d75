import { describe, expect, it } from 'vitest';
import { runPairs } from './fault-pairs.ts';
import { loadProduction } from './production.ts';
import { WORKFLOWS } from './workflows.ts';

const production = await loadProduction();

/** All pairs take minutes: `node test/faults/simulate.ts --pairs` runs them. */
const EVERY = 499;

describe('a workflow with two crashes', () => {
  it.each(WORKFLOWS.filter(({ isInMatrix }) => isInMatrix).map((workflow) => [workflow.name, workflow] as const))(
    'keeps every invariant: %s',
    async (_name, workflow) => {
      const { pairs, violations } = await runPairs(production, workflow, { every: EVERY, offset: 0 });
      expect(pairs).toBeGreaterThan(3);
      expect(violations).toEqual([]);
    },
    600_000,
  );
});
