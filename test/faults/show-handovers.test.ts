import { describe, expect, it } from 'vitest';
import { loadProduction } from './production.ts';
import { FORMER_ENDED, NEXT_CANCELLED, TAKEN } from './show-handovers.ts';
import { runStrikes } from './single-faults.ts';
import type { Workflow } from './workflows.ts';

/** Runs workflows without faults. @returns what went wrong, one line each */
async function runAll(workflows: readonly Workflow[]): Promise<string[]> {
  const production = await loadProduction();
  const failed: string[] = [];
  for (const workflow of workflows) {
    const { outcome, message } = await runStrikes(production, workflow, []);
    if (outcome !== 'reached') failed.push(`${workflow.name}: ${message}`);
  }
  return failed;
}

describe('two shows that follow one another with one destination', () => {
  it('the next one keeps it, at whichever call of the end of the former it takes it', async () => {
    expect(await runAll(TAKEN)).toEqual([]);
  }, 600_000);

  it('the next one keeps it, at whichever of its calls a person ends the former', async () => {
    expect(await runAll(FORMER_ENDED)).toEqual([]);
  }, 600_000);

  it('the former keeps it until its end when the next one is cancelled, and nothing stays on air', async () => {
    expect(await runAll(NEXT_CANCELLED)).toEqual([]);
  }, 600_000);
});
