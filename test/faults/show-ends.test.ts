import { describe, expect, it } from 'vitest';
import { loadProduction } from './production.ts';
import { DESPITE_CRASHES, SHOW_END_WORKFLOWS, WOKEN_OFTEN } from './show-end-workflows.ts';
import { listCells, runStrikes, runWithoutFaults } from './single-faults.ts';

/** Crashes that every workflow meets at calls of its run sheet. */
const CRASHES = /^(crash (before|after)|late effect|execution aborted)$/;
const CELLS_OF_EACH = 3;

describe('a run sheet with pauses, a ceiling or a rule about its source', () => {
  it('sends from the planned second on, and ends when a rule says so, whatever people do', async () => {
    expect(await runWithoutFaults(await loadProduction(), SHOW_END_WORKFLOWS)).toEqual([]);
  }, 600_000);

  it('does the same when it is woken twice, late and by its earlier plan', async () => {
    expect(await runWithoutFaults(await loadProduction(), WOKEN_OFTEN)).toEqual([]);
  }, 600_000);

  it.each(DESPITE_CRASHES)(
    '$name',
    async (workflow) => {
      const production = await loadProduction();
      const cells = (await listCells(production, workflow)).filter(
        ({ place, fault }) =>
          place.step === 'AdvanceShow' &&
          /^(Put|Update|BatchUpdate|StartExecution)/.test(place.operation) &&
          CRASHES.test(fault.name),
      );
      // Evenly over the whole show, with every kind of crash.
      const every = Math.max(1, Math.floor(cells.length / CELLS_OF_EACH)) | 1;
      const chosen = cells.filter((_, index) => index % every === 0).slice(0, CELLS_OF_EACH);
      expect(chosen.length).toBe(CELLS_OF_EACH);
      const failed: string[] = [];
      for (const cell of chosen) {
        const { outcome, message } = await runStrikes(production, workflow, [cell]);
        const { position, operation } = cell.place;
        if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${operation}[${position}]: ${message}`);
      }
      expect(failed).toEqual([]);
    },
    600_000,
  );
});
