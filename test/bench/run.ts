/**
 * Runs the parts one after the other and prints one Markdown table (`npm run bench`). Counts and ratios can fail the
 * run; times cannot, because they depend on the machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { descendantsOf } from '../support/product.ts';
import { owe, payAll } from './child-processes.ts';
import { benchLatency } from './latency/bench-latency.ts';
import { benchAnalysis } from './media/bench-analysis.ts';
import { benchCapacity } from './media/bench-capacity.ts';
import { benchFanOut } from './media/bench-fan-out.ts';
import { makeBenchMedia } from './media/bench-media.ts';
import { findMissed, formatTable } from './outcome.ts';
import { benchStartStop } from './product/bench-start-stop.ts';
import { benchFailover } from './resilience/bench-failover.ts';
import { benchRecording } from './resilience/bench-recording.ts';
import { benchSlate } from './resilience/bench-slate.ts';
import type { BenchMedia } from './media/bench-media.ts';
import type { Outcome } from './outcome.ts';

type PartName = 'analysis' | 'fan-out' | 'capacity' | 'failover' | 'latency' | 'recording' | 'slate' | 'start-stop';

interface Part {
  meaning: string;
  run(media: BenchMedia, isQuick: boolean, directory: string): Promise<Outcome>;
}

const print = (line: string) => console.log(`  ${line}`);

const PARTS: Record<PartName, Part> = {
  'fan-out': {
    meaning: 'CPU per copy destination against plain ffmpeg and nginx-rtmp (if installed)',
    run: (media, isQuick) =>
      benchFanOut(media, { ...(isQuick ? { destinations: 10, rounds: 1, seconds: 5 } : FULL_FAN_OUT), print }),
  },
  capacity: {
    meaning: 'frames dropped with 200 copy destinations of 4.5 Mbit/s',
    run: (media, isQuick) => benchCapacity(media, isQuick ? { destinations: 50, seconds: 5 } : FULL_CAPACITY),
  },
  analysis: {
    meaning: 'CPU of the analysis of picture and sound of a 1080p60 source',
    run: (_media, isQuick, directory) =>
      benchAnalysis({ directory, rounds: isQuick ? 1 : 3, seconds: isQuick ? 8 : 20, print }),
  },
  latency: {
    meaning: 'latency that the whole product adds to SRT’s own',
    run: (media, isQuick) => benchLatency(media, { seconds: isQuick ? 5 : 30, print }),
  },
  'start-stop': {
    meaning: 'from POST …/start to running and first picture, from POST …/stop to closed and idle',
    run: (media, isQuick) => benchStartStop(media, { rounds: isQuick ? 3 : 12, print }),
  },
  failover: {
    meaning: 'gap at the receivers when the encoder in use loses power and the backup continues',
    run: (media, isQuick, directory) =>
      benchFailover(media, { directory, ...(isQuick ? { destinations: 2, cuts: 2 } : FULL_FAILOVER), print }),
  },
  slate: {
    meaning: 'gap at the receivers when the slate comes and goes, and its CPU beside copying',
    run: (media, isQuick, directory) =>
      benchSlate(media, { directory, ...(isQuick ? QUICK_SLATE : FULL_SLATE), print }),
  },
  recording: {
    meaning: 'CPU and memory of recording the HLS preview',
    run: (_media, isQuick, directory) =>
      benchRecording({ directory, rounds: isQuick ? 1 : 3, seconds: isQuick ? 5 : 15, print }),
  },
};
const FULL_FAILOVER = { destinations: 6, cuts: 8 };
const QUICK_SLATE = { losses: 1, destinations: 5, rounds: 1, seconds: 4 };
const FULL_SLATE = { losses: 10, destinations: 20, rounds: 3, seconds: 8 };
const FULL_FAN_OUT = { destinations: 50, rounds: 3, seconds: 10 };
const FULL_CAPACITY = { destinations: 200, seconds: 20 };
const WHOLE_LIMIT_MINUTES = 20;
const PAY_LIMIT_MS = 5_000;

const HELP = `npm run bench [-- --only <part> --quick]

Measures this machine and prints one Markdown table. Linux only, because it reads /proc. Takes about fifteen minutes
and at most ${WHOLE_LIMIT_MINUTES}; close other programs that use the CPU. Exits with 1 if a count or ratio misses its aim.

  --only <part>  one part; may be repeated
  --quick        few rounds and destinations: shows that everything works; do not quote its numbers
  --help         show this text

Parts:
${Object.entries(PARTS)
  .map(([name, { meaning }]) => `  ${name.padEnd(13)}  ${meaning}`)
  .join('\n')}
`;

async function main(args: string[]): Promise<number> {
  const given = readArguments(args);
  if (typeof given === 'string') {
    console.error(`${given}\n\n${HELP}`);
    return 2;
  }
  if (given.isHelp) {
    console.log(HELP);
    return 0;
  }
  if (process.platform !== 'linux') {
    console.error('the benchmark runs only on Linux, because it reads /proc');
    return 2;
  }
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const removeDirectory = owe(() => rmSync(directory, { recursive: true, force: true }));
  const outcomes: Outcome[] = [];
  const loadBefore = describeLoad();
  console.log(`${describeMachine()}; load average ${loadBefore}`);
  console.log('encoding the test media');
  const media = await makeBenchMedia(directory);
  for (const name of given.parts) {
    console.log(`${name}: ${PARTS[name].meaning}; load average ${describeLoad()}`);
    outcomes.push(await PARTS[name].run(media, given.isQuick, directory));
  }
  await removeDirectory();
  console.log(`\n${formatTable(outcomes.flatMap(({ rows }) => rows))}\n`);
  console.log(
    `Median (smallest to largest); ${describeMachine()}; all on loopback; load average ${loadBefore} before, ${describeLoad()} after.`,
  );
  const missed = findMissed(outcomes.flatMap(({ gates }) => gates));
  for (const { name, value, limit } of missed) console.error(`missed: ${name}: ${value}, at most ${limit}`);
  return missed.length > 0 ? 1 : 0;
}

function readArguments(args: string[]): { parts: PartName[]; isQuick: boolean; isHelp: boolean } | string {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string', multiple: true },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const known = Object.keys(PARTS) as PartName[];
    const wrong = (values.only ?? []).find((name) => !known.includes(name as PartName));
    if (wrong !== undefined) return `unknown part ${JSON.stringify(wrong)}`;
    const parts = known.filter((name) => values.only?.includes(name) ?? true);
    return { parts, isQuick: values.quick, isHelp: values.help };
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown arguments';
  }
}

function describeMachine(): string {
  const [first] = cpus();
  return `${cpus().length} cores (${first?.model.trim() ?? 'unknown'}), Node ${process.versions.node}`;
}

function describeLoad(): string {
  return loadavg()[0]!.toFixed(2);
}

let isEnding = false;

/** Runs the cleanups, then kills remaining processes, because one may still have been starting. */
async function endEarly(reason: string, exitCode: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  console.error(reason);
  const end = () => {
    for (const { pid } of descendantsOf(process.pid)) process.kill(pid, 'SIGKILL');
    process.exit(exitCode);
  };
  setTimeout(end, PAY_LIMIT_MS);
  await payAll();
  end();
}

for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => void endEarly(`${signal}: stopping …`, 128 + number));
}
setTimeout(
  () => void endEarly(`the benchmark took longer than ${WHOLE_LIMIT_MINUTES} minutes and was stopped`, 1),
  WHOLE_LIMIT_MINUTES * 60_000,
).unref();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  await endEarly(error instanceof Error ? (error.stack ?? error.message) : 'unknown error', 1);
}
