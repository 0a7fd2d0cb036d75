import { expect } from 'vitest';
import { OPERATIONS } from '../../functions/domain/lifecycle.ts';
import { describeViolation, formatMatrix } from './matrix.ts';
import { loadProduction } from './production.ts';
import { listCells, runCell, type CellResult } from './single-faults.ts';
import type { Workflow } from './workflows.ts';

/** Runs all cells of some workflows, prints the matrix and expects no violation. @returns the result of each cell */
export async function expectMatrix(workflows: readonly Workflow[]): Promise<CellResult[]> {
  const production = await loadProduction();
  const results: CellResult[] = [];
  for (const workflow of workflows) {
    for (const cell of await listCells(production, workflow)) results.push(await runCell(production, cell));
  }
  console.log(formatMatrix(results));
  expect(describeAll(results, 'violation')).toEqual([]);
  return results;
}

/**
 * Expects that each kind of workflow calls every step of its definition, so a new step fails the suite until it has
 * cells.
 */
export function expectEveryStep(results: readonly CellResult[]): void {
  for (const [kind, { steps }] of Object.entries(OPERATIONS)) {
    const own = results.filter(({ cell }) => cell.workflow.name.startsWith(kind));
    if (own.length === 0) continue;
    const seen = new Set(own.map(({ cell }) => cell.place.step));
    const without = [...steps, 'Settle', 'api'].filter((step) => !seen.has(step));
    expect(without, `steps of ${kind} without cells`).toEqual([]);
  }
}

/** Expects that no cell fails, not even with a reason, because no one would repeat the request. */
export function expectEveryGoal(results: readonly CellResult[]): void {
  expect(results.length).toBeGreaterThan(0);
  expect(describeAll(results, 'failed with a reason')).toEqual([]);
}

function describeAll(results: readonly CellResult[], outcome: CellResult['outcome']): string[] {
  return results
    .filter((result) => result.outcome === outcome)
    .slice(0, 5)
    .map(describeViolation);
}
