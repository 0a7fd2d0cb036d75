import { expect } from 'vitest';
import { OPERATIONS } from '../../functions/domain/lifecycle.ts';
import { describeViolation, formatMatrix } from './matrix.ts';
import { loadProduction } from './production.ts';
import { listCells, runCell, type CellResult } from './single-faults.ts';
import { WORKFLOWS } from './workflows.ts';

/** Runs all cells of some workflows, prints the matrix, and expects no violation. @returns the steps that have cells */
export async function expectMatrix(names: readonly string[]): Promise<void> {
  const production = await loadProduction();
  const results: CellResult[] = [];
  for (const workflow of WORKFLOWS.filter(({ name }) => names.includes(name))) {
    for (const cell of await listCells(production, workflow)) results.push(await runCell(production, cell));
  }
  console.log(formatMatrix(results));
  const violations = results.filter(({ outcome }) => outcome === 'violation');
  expect(violations.slice(0, 5).map(describeViolation)).toEqual([]);
  // Every kind of workflow calls every step of its definition, so a new step is here or the suite fails.
  for (const [kind, { steps }] of Object.entries(OPERATIONS)) {
    const own = results.filter(({ cell }) => cell.workflow.name.startsWith(kind));
    if (own.length === 0) continue;
    const seen = new Set(own.map(({ cell }) => cell.place.step));
    expect(
      [...steps, 'Settle', 'api'].filter((step) => !seen.has(step)),
      `steps of ${kind} without cells`,
    ).toEqual([]);
  }
}
