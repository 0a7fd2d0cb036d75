import { describe, expect, it } from 'vitest';
import { NO_SOURCE_STOPS, NO_SOURCE_WORKFLOWS } from './no-source-workflows.ts';
import { loadProduction } from './production.ts';
import { takeShare } from '../support/share.ts';
import { listCells, runCell, runWithoutFaults, type Cell } from './single-faults.ts';

/** From the read of the limit to the first call after the stop that it decides. */
const EVALUATION_CALLS = 9;

/** Crashes before every call of the evaluation that stops, and every other kind of fault for each kind of call. */
async function chooseCells(): Promise<Cell[]> {
  const cells = (await listCells(await loadProduction(), NO_SOURCE_STOPS)).filter(
    ({ place }) => place.step === 'monitor',
  );
  const operations = new Map(cells.map(({ place: { operation, position } }) => [position, operation]));
  // A stop is written and started. Other executions of the monitor follow another kind of call.
  const isStop = ([position, operation]: [number, string]) =>
    operation === 'StartExecution' && operations.get(position - 1) === 'UpdateItem';
  const [stop] = [...operations].findLast(isStop)!;
  const evaluation = cells.filter(
    ({ place: { position } }) => position > stop + 1 - EVALUATION_CALLS && position <= stop + 1,
  );
  const crashes = evaluation.filter(({ fault }) => fault.name === 'crash before');
  const others = evaluation.filter(({ fault }) => /^(timeout|late effect)/.test(fault.name));
  const kinds = Map.groupBy(others, ({ fault, place }) => `${place.operation} ${fault.name}`);
  return [...crashes, ...[...kinds.values()].map((alike) => alike[0]!)];
}

describe('the no-source limit', () => {
  it('does what it is set to and what people answer, and nothing while the source is unknown', async () => {
    expect(await runWithoutFaults(await loadProduction(), NO_SOURCE_WORKFLOWS)).toEqual([]);
  }, 600_000);

  it('stops what it decided once and nothing else despite a crash at any call of its evaluation', async () => {
    const production = await loadProduction();
    const cells = await chooseCells();
    expect(cells.length).toBeGreaterThan(EVALUATION_CALLS);
    const failed: string[] = [];
    for (const cell of takeShare(cells)) {
      const { outcome, message } = await runCell(production, cell);
      const { position, operation } = cell.place;
      if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${operation}[${position}]: ${message}`);
    }
    expect(failed).toEqual([]);
  }, 600_000);
});
