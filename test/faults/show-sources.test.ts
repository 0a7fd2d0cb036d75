import { describe, expect, it } from 'vitest';
import { loadProduction } from './production.ts';
import { SHOW_SOURCE_WORKFLOWS, SOURCE_DESPITE_FAULTS } from './show-source-workflows.ts';
import { listCells, runCell, runWithoutFaults, type Cell } from './single-faults.ts';

/** Calls before and after one to MediaConnect in which a crash matters most. */
const NEAR = 3;

const isCrash = ({ fault }: Cell) => /^(crash (before|after)|late|execution aborted|aborted, process)/.test(fault.name);

describe('the source of a show', () => {
  it('follows the plan, and what people and other shows do', async () => {
    expect(await runWithoutFaults(await loadProduction(), SHOW_SOURCE_WORKFLOWS)).toEqual([]);
  }, 600_000);

  it('is started and stopped once despite any single fault around the calls to MediaConnect', async () => {
    const production = await loadProduction();
    const own = (await listCells(production, SOURCE_DESPITE_FAULTS)).filter(
      ({ place }) => place.step === 'AdvanceShow',
    );
    const isFlowCall = ({ place }: Cell) => /^(Start|Stop)Flow$/.test(place.operation);
    const positions = [...new Set(own.filter(isFlowCall).map(({ place }) => place.position))];
    expect(positions).toHaveLength(2);
    const near = own.filter(
      (cell) =>
        !isFlowCall(cell) && isCrash(cell) && positions.some((each) => Math.abs(cell.place.position - each) <= NEAR),
    );
    // Every kind of crash meets every kind of call around them once.
    const kinds = Map.groupBy(near, ({ place, fault }) => `${place.operation} ${fault.name}`);
    const chosen = [...own.filter(isFlowCall), ...[...kinds.values()].map(([first]) => first!)];
    const failed: string[] = [];
    for (const cell of chosen) {
      const { outcome, message } = await runCell(production, cell);
      const { position, operation } = cell.place;
      if (outcome !== 'reached') failed.push(`${cell.fault.name} at AdvanceShow[${position}] ${operation}: ${message}`);
    }
    expect(chosen.length).toBeGreaterThan(20);
    expect(failed).toEqual([]);
  }, 600_000);
});
