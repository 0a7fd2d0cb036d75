import { describe, expect, it } from 'vitest';
import { loadProduction } from './production.ts';
import { DESPITE_CRASHES, SHOW_END_WORKFLOWS, WOKEN_OFTEN } from './show-end-workflows.ts';
import { FAILURES_DESPITE_CRASHES, SHOW_FAILURE_WORKFLOWS } from './show-failures.ts';
import { RECORDED_DESPITE_CRASHES, SHOW_RECORDING_WORKFLOWS } from './show-recordings.ts';
import { listCells, runStrikes, runWithoutFaults } from './single-faults.ts';
import type { Workflow } from './workflows.ts';

/** Crashes that every story meets between two steps of its run sheet. */
const CRASHES = /^(crash (before|after)|late effect|execution aborted)$/;
const CELLS_OF_EACH = 2;

const STORIES = [...DESPITE_CRASHES, ...RECORDED_DESPITE_CRASHES, ...FAILURES_DESPITE_CRASHES];

describe('a run sheet with pauses, a ceiling or a rule about its source', () => {
  it('sends from the planned second on, and ends when a rule says so, whatever people do', async () => {
    expect(await runWithoutFaults(await loadProduction(), SHOW_END_WORKFLOWS)).toEqual([]);
  }, 600_000);

  it('does the same when it is woken twice, late and by its earlier plan', async () => {
    expect(await runWithoutFaults(await loadProduction(), WOKEN_OFTEN)).toEqual([]);
  }, 600_000);

  it('is recorded, also when it goes live while the preview starts', async () => {
    expect(await runWithoutFaults(await loadProduction(), SHOW_RECORDING_WORKFLOWS)).toEqual([]);
  }, 600_000);

  it('ends when a required destination fails, and only then', async () => {
    expect(await runWithoutFaults(await loadProduction(), SHOW_FAILURE_WORKFLOWS)).toEqual([]);
  }, 600_000);

  it.each(STORIES)('$name', async (workflow) => expect(await failuresAfterCrashes(workflow)).toEqual([]), 600_000);
});

/** Runs a story with crashes. @returns what went wrong, one line each */
async function failuresAfterCrashes(workflow: Workflow): Promise<string[]> {
  const production = await loadProduction();
  const cells = (await listCells(production, workflow)).filter(
    ({ place, fault }) =>
      place.step === 'AdvanceShow' &&
      /^(Put|Update|BatchUpdate|StartExecution)/.test(place.operation) &&
      CRASHES.test(fault.name),
  );
  // Evenly over the whole show, at other steps and with other crashes in each story.
  const every = Math.floor(cells.length / CELLS_OF_EACH);
  const first = Math.floor((every * STORIES.indexOf(workflow)) / STORIES.length);
  const chosen = Array.from({ length: CELLS_OF_EACH }, (_, index) => cells[first + index * every]!);
  const failed: string[] = [];
  for (const cell of chosen) {
    const { outcome, message } = await runStrikes(production, workflow, [cell]);
    const { position, operation } = cell.place;
    if (outcome !== 'reached') failed.push(`${cell.fault.name} at ${operation}[${position}]: ${message}`);
  }
  return failed;
}
