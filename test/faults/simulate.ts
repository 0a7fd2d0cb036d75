import { parseArgs } from 'node:util';
import { loadProduction } from './production.ts';
import { runPairs } from './fault-pairs.ts';
import { describeViolation, formatMatrix } from './matrix.ts';
import { runSeed } from './random-run.ts';
import { listCells, runCell, type CellResult } from './single-faults.ts';
import { PRIMARY_WORKFLOWS } from './primary-workflows.ts';
import { SWEEP_WORKFLOW } from './sweep-workflow.ts';
import { WORKFLOWS } from './workflows.ts';

/** Runs a large simulation: `node test/faults/simulate.ts --seeds 5000`. */

const HELP = `Runs the lifecycle under simulated faults, one world per seed.

  --seeds N             number of seeds (default 100)
  --start S             first seed (default 1)
  --destinations A-B    destinations per world (default 3-20)
  --operations A-B      requests per world (default 20-200)
  --faults A-B          percentage of calls that meet a fault (default 1-30)
  --surprises           channels fail to be created, fall back while starting, hang
    --matrix              instead of seeds: every fault, variants included, at every call of every workflow, of a sweep
                          and of the recovery of the primary
  --pairs               instead of seeds: every ordered pair of crash points of every workflow
  --log                 print the whole event log of each seed
  --help                show this text

A failed seed prints the command to repeat it and its last events. Exits with 1 if any seed failed.`;

/** Progress report of a long run, in seeds. */
const PROGRESS_EVERY = 50;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    start: { type: 'string', default: '1' },
    destinations: { type: 'string', default: '3-20' },
    operations: { type: 'string', default: '20-200' },
    faults: { type: 'string', default: '1-30' },
    surprises: { type: 'boolean', default: false },
    matrix: { type: 'boolean', default: false },
    pairs: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const run = values.matrix ? runMatrix : values.pairs ? runAllPairs : simulate;
  process.exitCode = (await run()) ? 0 : 1;
}

async function simulate(): Promise<boolean> {
  const production = await loadProduction();
  const [seeds, start] = [Number(values.seeds), Number(values.start)];
  const totals = { operations: 0, calls: 0, faults: 0, virtualSeconds: 0, failed: 0 };
  const beganMs = performance.now();
  for (let seed = start; seed < start + seeds; seed++) {
    const result = await runSeed(production, {
      seed,
      destinations: toRange(values.destinations),
      operations: toRange(values.operations),
      faultPercent: toRange(values.faults),
      withSurprises: values.surprises,
    });
    totals.operations += result.operations;
    totals.calls += result.calls;
    totals.faults += result.faults;
    totals.virtualSeconds += result.virtualSeconds;
    if (values.log) console.log(result.events.join('\n'));
    if ((seed - start + 1) % PROGRESS_EVERY === 0) report(seed - start + 1);
    if (result.violation === null) continue;
    totals.failed += 1;
    console.log(`\nseed ${seed} FAILED: ${result.violation}\nits last events:`);
    console.log(result.events.slice(-40).join('\n'));
    const { destinations, operations, faults } = values;
    const surprises = values.surprises ? ' --surprises' : '';
    console.log(
      `repeat: npm run simulate -- --seeds 1 --start ${seed} --destinations ${destinations} --operations ${operations} --faults ${faults}${surprises} --log`,
    );
  }
  report(seeds);
  return totals.failed === 0;

  function report(done: number): void {
    const seconds = (performance.now() - beganMs) / 1000;
    console.log(
      `${done} seeds, ${totals.failed} failed: ${totals.operations} requests, ${totals.calls} calls, ${totals.faults} faults, ` +
        `${Math.round(totals.virtualSeconds / 3600)} virtual hours in ${seconds.toFixed(1)} s ` +
        `(${Math.round(totals.virtualSeconds / seconds)} virtual seconds per second)`,
    );
  }
}

async function runMatrix(): Promise<boolean> {
  const production = await loadProduction();
  const results: CellResult[] = [];
  for (const workflow of [...WORKFLOWS.filter(({ isInMatrix }) => isInMatrix), SWEEP_WORKFLOW, ...PRIMARY_WORKFLOWS]) {
    for (const cell of await listCells(production, workflow, { withVariants: true })) {
      const result = await runCell(production, cell);
      results.push(result);
      if (result.outcome === 'violation') console.log(describeViolation(result));
    }
  }
  console.log(formatMatrix(results));
  return results.every(({ outcome }) => outcome !== 'violation');
}

async function runAllPairs(): Promise<boolean> {
  const production = await loadProduction();
  let failed = 0;
  for (const workflow of WORKFLOWS.filter(({ isInMatrix }) => isInMatrix)) {
    const { pairs, violations } = await runPairs(production, workflow, { every: 1, offset: 0 });
    failed += violations.length;
    console.log([`${workflow.name}: ${pairs} pairs, ${violations.length} violations`, ...violations].join('\n'));
  }
  return failed === 0;
}

function toRange(text: string): [number, number] {
  const [min, max = min] = text.split('-').map(Number);
  if (min === undefined || max === undefined || !(min <= max)) throw new Error(`${text} is not a range such as 3-20`);
  return [min, max];
}
