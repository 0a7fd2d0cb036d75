import { describe, expect, it } from 'vitest';
import { GROUP_WORKFLOW, GROUP_WORKFLOWS, STOPPED_WITH_ALL, STOPS_ALL } from './group-workflows.ts';
import { loadProduction } from './production.ts';
import { listCells, runCell, runStrikes, type Cell } from './single-faults.ts';

/** Strikes every call of the group start's step once with a crash, and each kind of call with every other fault. */
async function chooseCells(cells: readonly Cell[]): Promise<Cell[]> {
  const ofStep = cells.filter(({ place }) => place.step === 'AdvanceGroupStart');
  const crashes = ofStep.filter(
    ({ fault, place }) => fault.name.startsWith('crash before') && isWrite(place.operation),
  );
  const kinds = Map.groupBy(
    ofStep.filter(({ fault }) =>
      /^(crash after|late|timeout after|execution aborted|aborted, process)/.test(fault.name),
    ),
    ({ place, fault }) => `${place.operation} ${fault.name}`,
  );
  return [...crashes, ...[...kinds.values()].map((alike) => alike[alike.length >> 1]!)];
}

const isWrite = (operation: string) => /^(Put|Update|StartExecution)/.test(operation);

describe('a group start', () => {
  it('does what is planned and what people request, also when it is woken twice', async () => {
    const production = await loadProduction();
    for (const workflow of GROUP_WORKFLOWS) {
      const { outcome, message, tail } = await runStrikes(production, workflow, []);
      expect([workflow.name, outcome, message, tail]).toEqual([workflow.name, 'reached', undefined, undefined]);
    }
  }, 600_000);

  it.each([GROUP_WORKFLOW, STOPS_ALL, STOPPED_WITH_ALL])(
    '$name, despite a crash before any of its writes and despite any other single fault',
    async (workflow) => {
      const production = await loadProduction();
      const cells = await chooseCells(await listCells(production, workflow));
      expect(cells.length).toBeGreaterThan(12);
      const failed: string[] = [];
      for (const cell of cells) {
        const { outcome, message } = await runCell(production, cell);
        const { step, position, operation } = cell.place;
        if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${step}[${position}] ${operation}: ${message}`);
      }
      expect(failed).toEqual([]);
    },
    600_000,
  );
});
