import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts';
import { plantBugs } from './planted-loader.ts';
import { loadProduction } from './production.ts';
import { listCells, runStrikes } from './single-faults.ts';
import { INCIDENT_WORKFLOW } from './incident-workflow.ts';
import { ENTRY_POINT_WORKFLOWS } from './entry-point-workflows.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';
import { WORKFLOWS } from './workflows.ts';

/**
 * Hunts the planted bugs, each in its own copy of the production code: first runs the workflow without faults, then the
 * cells that should reveal the bug. Prints one JSON line per bug. planted-bugs.test.ts runs it in a separate process,
 * because a hook of Node's loader creates the copies.
 */
export interface HuntResult {
  bug: string;
  /** The run that revealed the bug; null if none did. */
  caughtBy: string | null;
  runs: number;
}

const ALL = [...WORKFLOWS, ...ENTRY_POINT_WORKFLOWS, INCIDENT_WORKFLOW, SWEEP_WORKFLOW, ...PRIMARY_WORKFLOWS];

/** A hunt that needs more cells is badly aimed. */
const CELLS_MAX = 120;

async function hunt(bug: PlantedBug, number: number): Promise<HuntResult> {
  let runs = 0;
  const production = await loadProduction(`?planted=${number}`);
  for (const { workflow: name, step, fault } of bug.hunt) {
    const workflow = ALL.find((each) => each.name === name);
    if (!workflow) throw new Error(`no workflow is named ${name}`);
    try {
      runs += 1;
      const clean = await runStrikes(production, workflow, []);
      if (clean.outcome === 'violation') return { bug: bug.name, caughtBy: `without faults: ${clean.message}`, runs };
      const cells = (await listCells(production, workflow)).filter(
        (cell) => (step?.test(cell.place.step) ?? true) && (fault?.test(cell.fault.name) ?? true),
      );
      for (const cell of cells.slice(0, CELLS_MAX)) {
        runs += 1;
        const result = await runStrikes(production, workflow, [cell]);
        if (result.outcome !== 'violation') continue;
        const place = `${cell.place.step}[${cell.place.position}] ${cell.place.operation}`;
        return { bug: bug.name, caughtBy: `${name}, ${cell.fault.name} at ${place}: ${result.message}`, runs };
      }
    } catch (error) {
      // The workflow did not get ready, or did not reach its goal without faults.
      return { bug: bug.name, caughtBy: `${name}: ${(error as Error).message}`, runs };
    }
  }
  return { bug: bug.name, caughtBy: null, runs };
}

plantBugs(PLANTED_BUGS);
const only = process.argv[2];
for (const [number, bug] of PLANTED_BUGS.entries()) {
  if (only !== undefined && !bug.name.includes(only)) continue;
  console.log(JSON.stringify(await hunt(bug, number)));
}
