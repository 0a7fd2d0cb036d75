/**
 * Measures how soon a person is called (`npm run bench:incidents`): from a fault to the received notification, on this
 * machine with real media and on simulated AWS under a virtual clock. Counts what a long history costs to list, and what
 * a hidden tab asks for.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { loadProduction } from '../../faults/production.ts';
import { owe, payAll } from '../child-processes.ts';
import { findMissed, formatTable, type Outcome } from '../outcome.ts';
import { startBenchProduct, type BenchProduct } from '../product/bench-product.ts';
import { benchHiddenTab } from './hidden-tab.ts';
import { benchListPages } from './list-pages.ts';
import { benchCallsLocally } from './calls-locally.ts';
import { benchCallsOnAws } from './calls-on-aws.ts';

const HELP = `npm run bench:incidents [-- --only PART --faults N]

Causes real faults and prints one Markdown table: time from each fault to the received webhook, without the rule's hold
time; the same on simulated AWS under a virtual clock; read units of the incident list with a long history; requests of a
hidden tab. Takes about ten minutes. Exits with 1 if a count, or a time under the virtual clock, misses its aim.

  --only PART   one part; may be repeated: local, aws, list, tab
  --faults N    faults of each of the three kinds on this machine (default 7)
  --help        show this text
`;

const print = (line: string) => console.log(`  ${line}`);

const PARTS: Record<string, (options: { faults: number; product: () => Promise<BenchProduct> }) => Promise<Outcome>> = {
  local: async ({ faults, product }) => benchCallsLocally(await product(), { faults, print }),
  tab: async ({ product }) => benchHiddenTab(await product(), { print }),
  aws: async () => benchCallsOnAws(await loadProduction(), { print }),
  list: () => benchListPages({ print }),
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true, default: Object.keys(PARTS) },
      faults: { type: 'string', default: '7' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const faults = Number(values.faults);
  const unknown = values.only.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined || !Number.isInteger(faults) || faults < 1) {
    const problem =
      unknown === undefined ? `--faults ${values.faults}: must be a whole number from 1` : `no part ${unknown}`;
    console.error(`${problem}\n\n${HELP}`);
    return 2;
  }
  let started: Promise<BenchProduct> | undefined;
  const product = async () => {
    started ??= startBenchProduct();
    const bench = await started;
    owe(() => bench.stop());
    return bench;
  };
  const outcomes: Outcome[] = [];
  for (const name of values.only) {
    console.log(`${name}; load average ${loadavg()[0]!.toFixed(1)}`);
    outcomes.push(await PARTS[name]!({ faults, product }));
  }
  console.log(`\n${formatTable(outcomes.flatMap(({ rows }) => rows))}\n\nMedian (smallest to largest).`);
  const missed = findMissed(outcomes.flatMap(({ gates }) => gates));
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void payAll().finally(() => process.exit(1)));
}
try {
  process.exitCode = await main();
} finally {
  await payAll();
}
