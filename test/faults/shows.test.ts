import { describe, expect, it } from 'vitest';
import { ask } from './act.ts';
import { actOnShow, editShow, personDoes, showIdOf } from './act-show.ts';
import { idOf } from './destination-ids.ts';
import { loadProduction, type Production } from './production.ts';
import { BY_CLOCK_DESPITE_FAULTS, BY_CLOCK_WITH_PEOPLE, SHOW_WORKFLOWS } from './show-workflows.ts';
import { listCells, runCell, runStrikes, type Cell } from './single-faults.ts';

const SHOW_ID = showIdOf(70);

/** What a person may do at any moment. */
const PEOPLE = [
  ...(['cancel', 'hold', 'take-over', 'go-live', 'end'] as const).map((action) =>
    personDoes(action, (world) => actOnShow(world, SHOW_ID, action)),
  ),
  personDoes('stops a destination', (world) => ask(world, idOf(1), 'stop')),
  personDoes('edits', (world) => editShow(world, SHOW_ID, { notes: 'changed' })),
];

/** Runs cells. @returns what went wrong, one line each */
async function runAll(production: Production, cells: readonly Cell[]): Promise<string[]> {
  const failed: string[] = [];
  for (const cell of cells) {
    const { outcome, message } = await runCell(production, cell);
    const { step, position, operation } = cell.place;
    if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${step}[${position}] ${operation}: ${message}`);
  }
  return failed;
}

/** Lists the cells in the calls of the run sheet. */
async function cellsOfRunSheet(production: Production): Promise<Cell[]> {
  const cells = await listCells(production, BY_CLOCK_DESPITE_FAULTS);
  return cells.filter(({ place }) => place.step === 'AdvanceShow');
}

describe('a run sheet', () => {
  it('does what is planned and what people request, through lost and doubled wake-ups, time changes and clock steps', async () => {
    const production = await loadProduction();
    for (const workflow of SHOW_WORKFLOWS) {
      const { outcome, message, tail } = await runStrikes(production, workflow, []);
      expect([workflow.name, outcome, message, tail]).toEqual([workflow.name, 'reached', undefined, undefined]);
    }
  }, 600_000);

  it('starts and ends everything once despite any single fault in its calls', async () => {
    const production = await loadProduction();
    const passing = (await cellsOfRunSheet(production)).filter(
      ({ place, fault }) =>
        /^(Put|Update|StartExecution)/.test(place.operation) &&
        /^(crash (before|after)|late|execution aborted|aborted, process continues)/.test(fault.name),
    );
    // Every kind of fault meets every kind of call once.
    const kinds = Map.groupBy(passing, ({ place, fault }) => `${place.operation} ${fault.name}`);
    const chosen = [...kinds.values()].map((alike) => alike[alike.length >> 1]!);
    expect(chosen.length).toBeGreaterThan(12);
    expect(await runAll(production, chosen)).toEqual([]);
  }, 600_000);

  it('leaves a show where a person puts it, at every moment of a start', async () => {
    const production = await loadProduction();
    const places = new Map((await cellsOfRunSheet(production)).map(({ place }) => [place.position, place]));
    // From the decision that starts a destination to its confirmation.
    const positions = [...places.keys()].toSorted((a, b) => a - b);
    const first = positions.find((position) => places.get(position)!.operation === 'PutItem')!;
    const chosen = positions.filter((position) => position >= first).slice(0, 10);
    const cells = chosen.map((position, index) => ({
      workflow: BY_CLOCK_WITH_PEOPLE,
      place: places.get(position)!,
      fault: PEOPLE[index % PEOPLE.length]!,
    }));
    expect(cells).toHaveLength(10);
    expect(await runAll(production, cells)).toEqual([]);
  }, 600_000);
});
