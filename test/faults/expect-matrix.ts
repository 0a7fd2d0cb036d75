import { expect } from 'vitest';
import { OPERATIONS } from '../../functions/domain/lifecycle.ts';
import { describeViolation, formatMatrix } from './matrix.ts';
import { loadProduction } from './production.ts';
import { takeShare } from '../support/share.ts';
import { listCells, runCell, type Cell, type CellResult } from './single-faults.ts';
import type { Workflow } from './workflows.ts';

interface Matrix {
  /** All cells, also those of other shares. */
  cells: readonly Cell[];
  /** The results of this commit's share. */
  results: readonly CellResult[];
}

/** Runs this commit's share of the cells of some workflows, prints the matrix and expects no violation. */
export async function expectMatrix(workflows: readonly Workflow[]): Promise<Matrix> {
  const production = await loadProduction();
  const cells: Cell[] = [];
  for (const workflow of workflows) cells.push(...(await listCells(production, workflow)));
  const results: CellResult[] = [];
  for (const cell of takeShare(cells)) results.push(await runCell(production, cell));
  console.log(formatMatrix(results));
  expect(describeAll(results, 'violation')).toEqual([]);
  return { cells, results };
}

/**
 * Expects that each kind of workflow calls every step of its definition, so a new step fails the suite until it has
 * cells.
 */
export function expectEveryStep({ cells }: Matrix): void {
  for (const [kind, { steps }] of Object.entries(OPERATIONS)) {
    const own = cells.filter(({ workflow }) => workflow.name.startsWith(kind));
    if (own.length === 0) continue;
    const seen = new Set(own.map(({ place }) => place.step));
    const without = [...steps, 'Settle', 'api'].filter((step) => !seen.has(step));
    expect(without, `steps of ${kind} without cells`).toEqual([]);
  }
}

/** Expects that no cell fails, not even with a reason, because no one would repeat the request. */
export function expectEveryGoal({ results }: Matrix): void {
  expect(results.length).toBeGreaterThan(0);
  expect(describeAll(results, 'failed with a reason')).toEqual([]);
}

function describeAll(results: readonly CellResult[], outcome: CellResult['outcome']): string[] {
  return results
    .filter((result) => result.outcome === outcome)
    .slice(0, 5)
    .map(describeViolation);
}
