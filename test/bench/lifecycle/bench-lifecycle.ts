/**
 * Counts the costs of a destination's life under the virtual clock (`npm run bench:lifecycle`). The numbers are exact
 * and the same on every machine, so each aim is a gate. Only the speed of the simulation depends on the machine. AWS is
 * simulated: its times are given, and time above them is ours.
 */
import { parseArgs } from 'node:util';
import { loadProduction, type Production } from '../../faults/production.ts';
import { findMissed, formatTable, type Gate, type Outcome, type Row } from '../outcome.ts';
import { countSweeps, DRIFTED } from './big-sweep.ts';
import { AWS_TIMES, countLifecycle, liveOnce, timeLifecycle, toDurations } from './clean-lifecycle.ts';
import { countRetries } from './faulty-lifecycle.ts';

const HELP = `npm run bench:lifecycle [-- --destinations N]

Counts the costs of the lifecycle under a virtual clock and prints one Markdown table: time above AWS's own, calls, state
transitions, writes, the sweep, retries. Takes about two minutes. Exits with 1 if an aim is missed.

  --destinations N   number of destinations in the sweep (default 10000)
  --help             show this text
`;

/** Largest allowed ratio of a start to AWS's time alone, averaged over AWS times up to a tenth shorter or longer. */
const UP_MAX = 1.05;
const DOWN_MAX = 1.08;
const PARTS = { up: 'provision and first start', again: 'provision and later start', down: 'stop and teardown' };
const MUTATING_CALLS = 8;
const TRANSITIONS_MAX = 30;
const TABLE_WRITES_MAX = 14;
const SWEEP_RATIO_MAX = 1.02;
const RETRY_RATIO_MAX = 1.15;
const SHARES = [0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08, 1.1];
const SPEED_LIVES = 100;

/** Measures everything. @param options.destinations number of destinations in the sweep */
export async function benchLifecycle(
  production: Production,
  { destinations, shares = SHARES }: { destinations: number; shares?: readonly number[] },
): Promise<Outcome> {
  const outcomes = [
    await benchTimes(production, shares),
    await benchCounts(production),
    await benchSweep(production, destinations),
    await benchRetries(production),
    await benchSpeed(production),
  ];
  return { rows: outcomes.flatMap(({ rows }) => rows), gates: outcomes.flatMap(({ gates }) => gates) };
}

async function benchTimes(production: Production, shares: readonly number[]): Promise<Outcome> {
  const rows: Row[] = [];
  const gates: Gate[] = [];
  for (const [profile, times] of Object.entries(AWS_TIMES)) {
    const before = await liveOnce(production, times);
    const ratios = [];
    for (const share of shares) ratios.push(await timeLifecycle(production, times, { share, before }));
    const limits = { up: UP_MAX, again: UP_MAX, down: DOWN_MAX };
    for (const part of ['up', 'again', 'down'] as const) {
      const values = ratios.map((ratio) => ratio[part]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const limit = limits[part];
      const name = `${PARTS[part]} over AWS’s time, ${profile}`;
      const spread = `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
      rows.push({ figure: name, measured: `${mean.toFixed(3)} (${spread})`, ...aimOf(mean, limit) });
      gates.push({ name, value: mean, limit });
    }
  }
  return { rows, gates };
}

async function benchCounts(production: Production): Promise<Outcome> {
  const rows: Row[] = [];
  const gates: Gate[] = [];
  for (const standby of ['warm', 'cold'] as const) {
    for (const profile of ['typical', 'slow']) {
      const costs = await countLifecycle(production, standby, { durations: toDurations(AWS_TIMES[profile]!) });
      const life = `a ${standby} life, ${profile}`;
      const figures: [string, number, number | null][] = [
        ['calls that change media', costs.mutatingMediaCalls, MUTATING_CALLS],
        ['reads of media', costs.mediaReads, null],
        ['state transitions without waits', costs.transitions, TRANSITIONS_MAX],
        ['waits', costs.waits, null],
        ['table writes', costs.tableWrites, TABLE_WRITES_MAX],
        ['table reads', costs.tableReads, null],
        ['Lambda invocations', costs.lambdaInvocations, null],
      ];
      for (const [what, value, limit] of figures) {
        const name = `${life}: ${what}`;
        rows.push({ figure: name, measured: String(value), ...(limit === null ? {} : aimOf(value, limit)) });
        if (limit !== null) gates.push({ name, value, limit });
      }
      gates.push({ name: `${life}: no call missing`, value: MUTATING_CALLS - costs.mutatingMediaCalls, limit: 0 });
    }
  }
  return { rows, gates };
}

async function benchSweep(production: Production, destinations: number): Promise<Outcome> {
  const { clean, drifted } = await countSweeps(production, destinations);
  const name = `a sweep of ${destinations} destinations: calls to media services over the floor of ${clean.floor}`;
  const ratio = clean.mediaCalls / clean.floor;
  const constant = 'a sweep: reads of lists and the flow, with drift over without';
  const drift = drifted.lists / clean.lists;
  // The sweep confirms an apparent fault with a second read of the resource, the only exception to constant work.
  const confirming = 'a sweep: second reads of media services per drifted destination';
  const looks = (drifted.looks - clean.looks) / DRIFTED;
  return {
    rows: [
      { figure: name, measured: `${ratio.toFixed(4)} (${clean.mediaCalls} calls)`, ...aimOf(ratio, SWEEP_RATIO_MAX) },
      { figure: 'a sweep: calls to the table without drift', measured: String(clean.tableCalls) },
      {
        figure: constant,
        measured: `${drift.toFixed(4)} (${drifted.lists} and ${clean.lists})`,
        ...aimOf(drift, 1),
      },
      { figure: confirming, measured: String(looks), ...aimOf(looks, 1) },
      { figure: `a sweep: rows read to correct ${DRIFTED} drifted destinations`, measured: String(drifted.rows) },
      { figure: 'a sweep: seconds on this machine', measured: clean.seconds.toFixed(1) },
    ],
    gates: [
      { name, value: ratio, limit: SWEEP_RATIO_MAX },
      // Fewer calls would mean that the floor is wrong.
      { name: `${name}, no page missing`, value: clean.floor - clean.mediaCalls, limit: 0 },
      { name: constant, value: drift, limit: 1 },
      { name: confirming, value: looks, limit: 1 },
      { name: 'a sweep: second reads without drift', value: clean.looks, limit: 0 },
    ],
  };
}

async function benchRetries(production: Production): Promise<Outcome> {
  const { mutating, all } = await countRetries(production, 0.1);
  const name = 'one call in ten fails: attempts over needed calls that change media';
  return {
    rows: [
      { figure: name, measured: mutating.toFixed(3), ...aimOf(mutating, RETRY_RATIO_MAX) },
      { figure: 'one call in ten fails: attempts over needed calls, all calls', measured: all.toFixed(3) },
    ],
    gates: [{ name, value: mutating, limit: RETRY_RATIO_MAX }],
  };
}

async function benchSpeed(production: Production): Promise<Outcome> {
  const beganMs = performance.now();
  for (let life = 0; life < SPEED_LIVES; life++) {
    await countLifecycle(production, 'cold', { durations: toDurations(AWS_TIMES['typical']!) });
  }
  const seconds = (performance.now() - beganMs) / 1000;
  const { startMs, stopMs } = AWS_TIMES['typical']!;
  const virtualSeconds = (SPEED_LIVES * (startMs + stopMs + 103_000)) / 1000;
  return {
    rows: [
      { figure: 'simulation: virtual seconds per second', measured: (virtualSeconds / seconds).toFixed(0) },
      { figure: 'simulation: lives per second', measured: (SPEED_LIVES / seconds).toFixed(1) },
    ],
    gates: [],
  };
}

function aimOf(value: number, limit: number): Pick<Row, 'aim' | 'compared'> {
  return { aim: `at most ${limit}`, compared: value <= limit ? 'pass' : 'FAIL' };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      destinations: { type: 'string', default: '10000' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const destinations = Number(values.destinations);
  if (!Number.isInteger(destinations) || destinations < 100) {
    console.error(`--destinations ${values.destinations}: must be a whole number of at least 100\n\n${HELP}`);
    return 2;
  }
  const { rows, gates } = await benchLifecycle(await loadProduction(), { destinations });
  console.log(`${formatTable(rows)}\n\nSimulated AWS under a virtual clock; Node ${process.versions.node}.`);
  const missed = findMissed(gates);
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
