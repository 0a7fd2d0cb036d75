/**
 * Measures how long `sluice --version` and `sluice --help` take from their start to their end (`npm run bench:command`),
 * compared with a Node that does nothing. The runs alternate, so that a busy machine slows all alike.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildCommand } from '../../../infra/cli/build.ts';
import { findMissed, formatTable } from '../outcome.ts';
import { describeSpread, median, toSpread } from '../statistics.ts';

/** Node takes about 40 ms, so 150 ms more are five times as long. Our own aim is stricter. */
const RATIO_MAX = 3;

const HELP = `npm run bench:command [-- --rounds N]

Times sluice --version and sluice --help against node -e 0. Exits with 1 when one takes more than ${RATIO_MAX} times as long.

  --rounds N   number of runs of each (default 20)
  --help       show this text
`;

const EXTRA_MS_AIM = 150;

function timeNode(args: readonly string[]): number {
  const startedAtMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'pipe' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return performance.now() - startedAtMs;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '20' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    console.error(`--rounds ${values.rounds}: must be a whole number of at least 1\n\n${HELP}`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const command = join(folder, 'sluice.mjs');
    await buildCommand(command);
    const runs = { floor: ['-e', '0'], version: [command, '--version'], help: [command, '--help'] };
    const times: Record<keyof typeof runs, number[]> = { floor: [], version: [], help: [] };
    for (let round = 0; round < rounds; round++) {
      for (const name of ['floor', 'version', 'help'] as const) times[name].push(timeNode(runs[name]));
    }
    const floorMs = median(times.floor);
    const figures = (['version', 'help'] as const).map((name) => ({ name, ms: median(times[name]), all: times[name] }));
    const rows = figures.map(({ name, ms, all }) => ({
      figure: `sluice --${name}`,
      measured: `${describeSpread(toSpread(all), 0)} ms`,
      compared: `${(ms / floorMs).toFixed(2)} of node -e 0, ${Math.round(ms - floorMs)} ms more`,
      aim: `${EXTRA_MS_AIM} ms more, not gated`,
    }));
    console.log(formatTable(rows));
    const missed = findMissed(figures.map(({ name, ms }) => ({ name, value: ms / floorMs, limit: RATIO_MAX })));
    for (const { name, value, limit } of missed)
      console.error(`missed: ${name}: ${value.toFixed(2)}, at most ${limit}`);
    return missed.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
