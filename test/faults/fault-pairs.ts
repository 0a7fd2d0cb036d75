import type { Production } from './production.ts';
import { listCells, runStrikes, type Cell } from './single-faults.ts';
import type { Workflow } from './workflows.ts';

/** Two faults in one run: every ordered pair of crash points of a workflow. */

/** Crash points: a process dies before a call, after its effect, on its answer, or its execution is aborted. */
const CRASH = /^(crash|execution aborted)/;

export interface PairRunOptions {
  /** Runs every n-th pair; 1 runs all. */
  every: number;
  /** Which of them, from 0 to `every` - 1. */
  offset: number;
  /** Also pairs of a lost answer and a refusal, which leave the most behind. */
  faults?: RegExp;
}

/** Runs pairs. @returns how many ran, and what went wrong with which */
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
    // The second is meant for another call: the first has taken its place.
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
