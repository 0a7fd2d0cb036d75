/**
 * `npm run bench:audience`: what a crowd on the public pages costs the rest, and what the pages themselves achieve. Counts
 * and ratios can fail the run; times cannot, because they depend on the machine.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { payAll } from '../child-processes.ts';
import { findMissed, formatTable, type Outcome } from '../outcome.ts';
import { benchCrowd } from './bench-crowd.ts';
import { benchFirstPicture } from './bench-first-picture.ts';
import { benchServing } from './bench-serving.ts';

const VIEWERS = 1_000;
const DESTINATIONS = 10;
const print = (line: string) => console.error(`  ${line}`);

const PARTS = {
  crowd: (isQuick: boolean) =>
    benchCrowd({
      ...(isQuick ? { viewers: 50, destinations: 2, seconds: 5 } : FULL_CROWD),
      print,
    }),
  serving: (isQuick: boolean) =>
    benchServing({ rounds: isQuick ? 1 : 5, secondsPerRound: isQuick ? 2 : 8, parallel: 32, print }),
  'first-picture': (isQuick: boolean) => benchFirstPicture({ rounds: isQuick ? 1 : 7, print }),
};
const FULL_CROWD = { viewers: VIEWERS, destinations: DESTINATIONS, seconds: 30 };
type PartName = keyof typeof PARTS;

const HELP = `npm run bench:audience [-- --only <part> --quick]

Starts Sluice with public pages and a live show on free ports and prints one Markdown table. Linux only, because it reads
/proc. Takes about six minutes; close other programs that use the CPU. Ends with 1 when a destination has a gap or connects
again, the dashboard is more than 1.5 times as slow as without viewers, serving costs more than 1/0.7 of a static file
server’s processor time, or the page has more script than it may. How many viewers a machine serves depends on the machine:
a thousand receive 1.7 Gbit/s, and here their own work counts too.

  --only <part>  one part; may be repeated
                 crowd          ${VIEWERS} viewers of HLS and pages beside ${DESTINATIONS} running destinations
                 serving        HLS answers per second on one core, beside a plain server of files
                 first-picture  from the click to the picture over 4G in Chromium, and the bytes of the page
  --quick        few viewers and rounds: shows that everything works, no figures to quote
  --help         this
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const names = Object.keys(PARTS) as PartName[];
  const wrong = (values.only ?? []).find((name) => !names.includes(name as PartName));
  if (values.help || wrong !== undefined || process.platform !== 'linux') {
    if (wrong !== undefined) console.error(`there is no part ${JSON.stringify(wrong)}\n`);
    else if (!values.help) console.error('the benchmark reads /proc and runs on Linux only\n');
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const outcomes: Outcome[] = [];
  for (const name of names.filter((each) => (values.only ?? names).includes(each))) {
    console.error(`${name} …`);
    outcomes.push(await PARTS[name](values.quick));
  }
  const [first] = cpus();
  console.log(formatTable(outcomes.flatMap((outcome) => outcome.rows)));
  console.log(
    `\nMedian (range). ${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), Node ${process.versions.node}.`,
  );
  const missed = findMissed(outcomes.flatMap((outcome) => outcome.gates));
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
