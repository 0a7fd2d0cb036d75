import type { Production } from './production.ts';
import { listCells, runStrikes, type Cell } from './single-faults.ts';
import type { Workflow } from './workflows.ts';

/** Runs a workflow with two faults: every ordered pair of its crash points. */

/** Crash points: the process dies before a call, after its effect or on its answer, or its execution is aborted. */
const CRASH = /^(crash|execution aborted)/;

export interface PairRunOptions {
  /** Runs every n-th pair; 1 runs all. */
  every: number;
  /** Index of the first pair, from 0 to `every` - 1. */
  offset: number;
  /** Also runs pairs of a lost answer and a refusal, which leave the most behind. */
  faults?: RegExp;
}

/** Runs pairs. @returns their number, and the violations with their pair */
export async function runPairs(
  production: Production,
  workflow: Workflow,
  { every, offset, faults = CRASH }: PairRunOptions,
): Promise<{ pairs: number; violations: string[] }> {
  const cells = (await listCells(production, workflow)).filter(({ fault }) => faults.test(fault.name));
  const violations: string[] = [];
  let pairs = 0;
  for (let index = offset; index < cells.length ** 2; index += every) {
    const strikes = [cells[Math.floor(index / cells.length)]!, cells[index % cells.length]!] as const;
    // Both faults would strike the same call, which meets only the first.
    if (strikes[0].place === strikes[1].place) continue;
    pairs += 1;
    const { outcome, message } = await runStrikes(production, workflow, strikes);
    if (outcome === 'violation') violations.push(`${workflow.name}, ${strikes.map(nameOf).join(' and ')}: ${message}`);
  }
  return { pairs, violations };
}

function nameOf({ fault, place }: Cell): string {
  return `${fault.name} at ${place.step}[${place.position}] ${place.operation}`;
}
