import { expect, it } from 'vitest';
import { describeViolation, formatMatrix } from './matrix.ts';
import { loadProduction } from './production.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';
import { listCells, runCell, runStrikes, type CellResult } from './single-faults.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';

const production = await loadProduction();

/** Some of each sort, at some of the calls; `node test/faults/simulate.ts --matrix` runs all kinds at all calls. */
const KINDS = /^(crash after|timeout before|aborted, process goes on)$/;

it('a sweep without any fault puts everything right', async () => {
  const { outcome, message, tail } = await runStrikes(production, SWEEP_WORKFLOW, []);
  expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
});

it.each([
  ['a sweep that fails, dies or sleeps leaves nothing that the next ones do not put right', [SWEEP_WORKFLOW], 4],
  ['the primary comes back whatever fails while it is brought back', PRIMARY_WORKFLOWS, 9],
] as const)(
  '%s',
  async (_name, workflows, every) => {
    const results: CellResult[] = [];
    for (const workflow of workflows) {
      const cells = (await listCells(production, workflow)).filter(({ fault }) => KINDS.test(fault.name));
      for (const [index, cell] of cells.entries())
        if (index % every === 0) results.push(await runCell(production, cell));
    }
    console.log(formatMatrix(results));
    const violations = results.filter(({ outcome }) => outcome !== 'reached');
    expect(results.length).toBeGreaterThan(10);
    expect(violations.slice(0, 3).map(describeViolation)).toEqual([]);
  },
  600_000,
);
