import { describe, expect, it } from 'vitest';
import { INCIDENT_WORKFLOW } from './incident-workflow.ts';
import { loadProduction } from './production.ts';
import { takeShare } from '../support/share.ts';
import { listCells, runCell, runStrikes } from './single-faults.ts';

describe('an incident', () => {
  it('opens, escalates and resolves once without a fault, with two monitors', async () => {
    const { outcome, message, tail } = await runStrikes(await loadProduction(), INCIDENT_WORKFLOW, []);
    expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
  }, 600_000);

  it('opens, escalates and resolves once despite any single fault in its writes and its workflow', async () => {
    const production = await loadProduction();
    const cells = (await listCells(production, INCIDENT_WORKFLOW)).filter(({ place, fault }) => {
      const isItsOwn = /^(monitor|\w+Incident)$/.test(place.step);
      return isItsOwn && /^(Put|Delete|StartExecution)/.test(place.operation) && fault.nature === 'passes';
    });
    // Every kind of fault meets every kind of place once.
    const kinds = Map.groupBy(cells, ({ place, fault }) => `${place.step} ${place.operation} ${fault.name}`);
    const chosen = [...kinds.values()].map((alike) => alike.at(-1)!);
    expect(chosen.length).toBeGreaterThan(20);
    const failed: string[] = [];
    for (const cell of takeShare(chosen)) {
      const { outcome, message } = await runCell(production, cell);
      const { step, position, operation } = cell.place;
      if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${step}[${position}] ${operation}: ${message}`);
    }
    expect(failed).toEqual([]);
  }, 600_000);
});
