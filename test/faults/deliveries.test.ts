import { describe, expect, it } from 'vitest';
import { DELIVERY_WORKFLOW } from './delivery-workflow.ts';
import { loadProduction } from './production.ts';
import { takeShare } from '../support/share.ts';
import { listCells, runCell, runStrikes } from './single-faults.ts';

describe('the messages of an incident', () => {
  it('arrive without a fault, whatever the other receivers do', async () => {
    const { outcome, message, tail } = await runStrikes(await loadProduction(), DELIVERY_WORKFLOW, []);
    expect({ outcome, message, tail }).toMatchObject({ outcome: 'reached' });
  }, 600_000);

  it('arrive despite any single fault on their way', async () => {
    const production = await loadProduction();
    const cells = (await listCells(production, DELIVERY_WORKFLOW)).filter(({ place, fault }) => {
      const isSent = place.step === 'SendMessage' && /^(List|Post|Publish|Put)/.test(place.operation);
      const isPublished = place.step === 'EvaluateIncident' && place.operation === 'StartExecution';
      return (isSent || isPublished) && fault.nature === 'passes';
    });
    // Every kind of fault meets every kind of place once.
    const kinds = Map.groupBy(cells, ({ place, fault }) => `${place.step} ${place.operation} ${fault.name}`);
    const chosen = [...kinds.values()].map((alike) => alike[Math.min(2, alike.length - 1)]!);
    expect(chosen.length).toBeGreaterThan(25);
    const failed: string[] = [];
    for (const cell of takeShare(chosen)) {
      const { outcome, message } = await runCell(production, cell);
      const { step, position, operation } = cell.place;
      if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${step}[${position}] ${operation}: ${message}`);
    }
    expect(failed).toEqual([]);
  }, 600_000);
});
