import { describe, expect, it } from 'vitest';
import { CEILING_WORKFLOW, CEILING_WORKFLOWS } from './ceiling-workflow.ts';
import { loadProduction } from './production.ts';
import { listCells, runCell, runStrikes } from './single-faults.ts';

describe('a ceiling', () => {
  it('does what it is set to once, with two monitors', async () => {
    const production = await loadProduction();
    for (const workflow of CEILING_WORKFLOWS) {
      const { outcome, message, tail } = await runStrikes(production, workflow, []);
      expect([workflow.name, outcome, message, tail]).toEqual([workflow.name, 'reached', undefined, undefined]);
    }
  }, 600_000);

  it('stops everything in time and once despite any single fault in its evaluation', async () => {
    const production = await loadProduction();
    const cells = (await listCells(production, CEILING_WORKFLOW)).filter(
      ({ place, fault }) =>
        place.step === 'monitor' &&
        /^(Query|Put|Update|StartExecution)/.test(place.operation) &&
        /^(crash|late|timeout after)/.test(fault.name),
    );
    const kinds = Map.groupBy(cells, ({ place, fault }) => `${place.operation} ${fault.name}`);
    // The last of each kind is near the decision: the workflow ends with it.
    const chosen = [...kinds.values()].map((alike) => alike.at(-1)!);
    expect(chosen.length).toBeGreaterThan(8);
    const failed: string[] = [];
    for (const cell of chosen) {
      const { outcome, message } = await runCell(production, cell);
      const { step, position, operation } = cell.place;
      if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${step}[${position}] ${operation}: ${message}`);
    }
    expect(failed).toEqual([]);
  }, 600_000);
});
