import { describe, expect, it } from 'vitest';
import { loadProduction } from './production.ts';
import { runStrikes } from './single-faults.ts';
import { ENTRY_POINT_WORKFLOWS } from './entry-point-workflows.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';
import { WORKFLOWS } from './workflows.ts';

describe('a workflow without faults', () => {
  it.each(
    [...WORKFLOWS, ...ENTRY_POINT_WORKFLOWS, ...PRIMARY_WORKFLOWS].map(
      (workflow) => [workflow.name, workflow] as const,
    ),
  )(
    'reaches its goal: %s',
    async (_name, workflow) => {
      const { outcome, message, tail } = await runStrikes(await loadProduction(), workflow, []);
      expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
    },
    600_000,
  );
});
