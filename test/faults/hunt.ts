import { huntInTests } from './hunt-tests.ts';
import { PLANTED_BUGS, type PlantedBug, type TestHunt, type WorkflowHunt } from './planted-bugs.ts';
import { plantBugs } from './planted-loader.ts';
import { loadProduction } from './production.ts';
import { takeShare } from '../support/share.ts';
import { listCells, runStrikes } from './single-faults.ts';
import { DELIVERY_WORKFLOW } from './delivery-workflow.ts';
import { CEILING_WORKFLOWS } from './ceiling-workflow.ts';
import { INCIDENT_WORKFLOWS } from './incident-workflow.ts';
import { ENTRY_POINT_WORKFLOWS } from './entry-point-workflows.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';
import { BY_CLOCK_DESPITE_FAULTS, SHOW_WORKFLOWS } from './show-workflows.ts';
import { GROUP_WORKFLOWS } from './group-workflows.ts';
import { FORMER_ENDED, NEXT_CANCELLED, TAKEN } from './show-handovers.ts';
import { NO_SOURCE_WORKFLOWS } from './no-source-workflows.ts';
import { SHOW_END_WORKFLOWS } from './show-end-workflows.ts';
import { SHOW_FAILURE_WORKFLOWS } from './show-failures.ts';
import { SHOW_RECORDING_WORKFLOWS } from './show-recordings.ts';
import { SHOW_SOURCE_WORKFLOWS, SOURCE_DESPITE_FAULTS } from './show-source-workflows.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';
import { RECORDING_WORKFLOWS } from './recording-workflows.ts';
import { SLATE_WORKFLOWS } from './slate-workflows.ts';
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

const ALL = [
  ...WORKFLOWS,
  ...ENTRY_POINT_WORKFLOWS,
  ...INCIDENT_WORKFLOWS,
  ...CEILING_WORKFLOWS,
  ...NO_SOURCE_WORKFLOWS,
  ...SLATE_WORKFLOWS,
  ...RECORDING_WORKFLOWS,
  ...SHOW_WORKFLOWS,
  BY_CLOCK_DESPITE_FAULTS,
  ...SHOW_END_WORKFLOWS,
  ...SHOW_FAILURE_WORKFLOWS,
  ...SHOW_RECORDING_WORKFLOWS,
  ...SHOW_SOURCE_WORKFLOWS,
  SOURCE_DESPITE_FAULTS,
  ...GROUP_WORKFLOWS,
  ...TAKEN,
  ...FORMER_ENDED,
  ...NEXT_CANCELLED,
  DELIVERY_WORKFLOW,
  SWEEP_WORKFLOW,
  ...PRIMARY_WORKFLOWS,
];

/** A hunt that needs more cells is badly aimed. */
const CELLS_MAX = 120;

async function hunt(bug: PlantedBug, number: number): Promise<HuntResult> {
  let runs = 0;
  for (const each of bug.hunt) {
    const found = 'tests' in each ? await inTests(bug, each) : await inWorkflow(each, number);
    runs += found.runs;
    if (found.caughtBy !== null) return { bug: bug.name, caughtBy: found.caughtBy, runs };
  }
  return { bug: bug.name, caughtBy: null, runs };
}

type Found = Omit<HuntResult, 'bug'>;

async function inTests(bug: PlantedBug, { tests }: TestHunt): Promise<Found> {
  return { caughtBy: await huntInTests(bug, tests), runs: 1 };
}

async function inWorkflow({ workflow: name, step, operation, fault }: WorkflowHunt, number: number): Promise<Found> {
  const production = await loadProduction(`?planted=${number}`);
  const workflow = ALL.find((each) => each.name === name);
  if (!workflow) throw new Error(`no workflow is named ${name}`);
  let runs = 1;
  try {
    const clean = await runStrikes(production, workflow, []);
    if (clean.outcome === 'violation') return { caughtBy: `without faults: ${clean.message}`, runs };
    const cells = (await listCells(production, workflow)).filter(
      (cell) =>
        (step?.test(cell.place.step) ?? true) &&
        (operation?.test(cell.place.operation) ?? true) &&
        (fault?.test(cell.fault.name) ?? true),
    );
    for (const cell of cells.slice(0, CELLS_MAX)) {
      runs += 1;
      const result = await runStrikes(production, workflow, [cell]);
      if (result.outcome !== 'violation') continue;
      const place = `${cell.place.step}[${cell.place.position}] ${cell.place.operation}`;
      return { caughtBy: `${name}, ${cell.fault.name} at ${place}: ${result.message}`, runs };
    }
  } catch (error) {
    // The workflow did not get ready, or did not reach its goal without faults.
    return { caughtBy: `${name}: ${(error as Error).message}`, runs };
  }
  return { caughtBy: null, runs };
}

plantBugs(PLANTED_BUGS);
const only = process.argv[2];
const chosen = only === undefined ? takeShare(PLANTED_BUGS) : PLANTED_BUGS.filter(({ name }) => name.includes(only));
for (const [number, bug] of PLANTED_BUGS.entries()) {
  if (!chosen.includes(bug)) continue;
  console.log(JSON.stringify(await hunt(bug, number)));
}
