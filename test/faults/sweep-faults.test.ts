import { expect, it } from 'vitest';
import { describeViolation, formatMatrix } from './matrix.ts';
import { loadProduction } from './production.ts';
import { listCells, runCell, runStrikes, type CellResult } from './single-faults.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';

const production = await loadProduction();

it('a sweep without any fault puts everything right', async () => {
  const { outcome, message, tail } = await runStrikes(production, SWEEP_WORKFLOW, []);
  expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
});

it('a sweep that fails, dies or sleeps at any of its calls leaves nothing that the next ones do not put right', async () => {
  const results: CellResult[] = [];
  for (const cell of await listCells(production, SWEEP_WORKFLOW)) results.push(await runCell(production, cell));
  console.log(formatMatrix(results));
  const violations = results.filter(({ outcome }) => outcome !== 'reached');
  expect(results.length).toBeGreaterThan(200);
  expect(violations.slice(0, 3).map(describeViolation)).toEqual([]);
}, 120_000);
