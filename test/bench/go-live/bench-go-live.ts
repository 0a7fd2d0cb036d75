/**
 * Measures how far from its planned second a show goes live (`npm run bench:go-live`): on this machine with real media, and
 * under the virtual clock with AWS's times, with channels that are paused until their second and without.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadProduction, type Production } from '../../faults/production.ts';
import { owe, payAll } from '../child-processes.ts';
import { AWS_TIMES } from '../lifecycle/clean-lifecycle.ts';
import { makeBenchMedia } from '../media/bench-media.ts';
import { findMissed, formatTable, type Gate, type Outcome, type Row } from '../outcome.ts';
import { describeSpread, percentile, toSpread } from '../statistics.ts';
import { measureLocal } from './local-go-live.ts';
import { measureVirtual } from './virtual-go-live.ts';

const HELP = `npm run bench:go-live [-- --only virtual|local --destinations N]

Measures how far from its planned second a show goes live, and prints one Markdown table. The local part takes two minutes
and uses real media. The virtual part is exact, so it exits with 1 if a paused channel is more than a second off.

  --only NAME        virtual or local
  --destinations N   of the local show (default 20)
  --help             show this text
`;

const VIRTUAL_SECONDS_MAX = 1;
const SHARES = [0.9, 0.95, 1, 1.05, 1.1];
const BEGINNINGS = { 'last start known': true, 'first start': false };

/** Plays shows under the virtual clock. */
async function benchVirtual(production: Production): Promise<Outcome> {
  const rows: Row[] = [];
  const gates: Gate[] = [];
  for (const isPaused of [true, false]) {
    for (const [profile, times] of Object.entries(AWS_TIMES)) {
      for (const [beginning, isLearned] of Object.entries(BEGINNINGS)) {
        const errors = await measureVirtual(production, { times, isPaused, isLearned, shares: SHARES });
        const name = `${isPaused ? 'paused' : 'not paused'}, start of ${times.startMs / 1000} s, ${beginning}`;
        const worst = Math.max(...errors.map(Math.abs));
        // Without a history the start counts as 180 seconds, and a longer one is late whatever is done.
        const isGated = isPaused && (isLearned || profile === 'fast' || profile === 'typical');
        rows.push({
          figure: name,
          measured: `${describeSpread(toSpread(errors), 1)} s`,
          ...(isGated ? { aim: `at most ${VIRTUAL_SECONDS_MAX} s`, compared: worst <= 1 ? 'pass' : 'FAIL' } : {}),
        });
        if (isGated) gates.push({ name, value: worst, limit: VIRTUAL_SECONDS_MAX });
      }
    }
  }
  return { rows, gates };
}

/** Runs shows with real media, with and without pauses. */
async function benchLocal(destinations: number): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const removeDirectory = owe(() => rmSync(directory, { recursive: true, force: true }));
  const media = await makeBenchMedia(directory);
  const rows: Row[] = [];
  for (const isPaused of [true, false]) {
    const measured = await measureLocal(media, { destinations, isPaused });
    const way = isPaused ? 'this machine, paused' : 'this machine, not paused';
    for (const [what, of] of [
      ['connection', ({ connected }) => connected],
      ['first picture', ({ firstPicture }) => firstPicture],
    ] as [string, (each: (typeof measured)[number]) => number][]) {
      const values = measured.map(of);
      const worst = percentile(values.map(Math.abs), 1);
      rows.push({
        figure: `${way}: ${what} of ${destinations}`,
        measured: `${describeSpread(toSpread(values), 2)} s`,
        ...(isPaused ? { aim: 'at most 0.5 s', compared: worst <= 0.5 ? 'pass' : 'missed' } : {}),
      });
    }
  }
  await removeDirectory();
  return { rows, gates: [] };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      destinations: { type: 'string', default: '20' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const destinations = Number(values.destinations);
  const isKnown = values.only === undefined || values.only === 'virtual' || values.only === 'local';
  if (!isKnown || !Number.isInteger(destinations) || destinations < 1 || destinations > 50) {
    console.error(`--only must be virtual or local, and --destinations from 1 to 50\n\n${HELP}`);
    return 2;
  }
  const load = loadavg()[0]!.toFixed(1);
  const outcomes: Outcome[] = [];
  if (values.only !== 'local') outcomes.push(await benchVirtual(await loadProduction()));
  if (values.only !== 'virtual') outcomes.push(await benchLocal(destinations));
  console.log(formatTable(outcomes.flatMap(({ rows }) => rows)));
  console.log(`\nMedian (smallest to largest); Node ${process.versions.node}; load average ${load} before.`);
  const missed = findMissed(outcomes.flatMap(({ gates }) => gates));
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    process.exitCode = await main();
  } finally {
    await payAll();
  }
}
