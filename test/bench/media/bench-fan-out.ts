/**
 * What one copy destination costs: the engine's publishers against plain ffmpeg processes and nginx-rtmp, in one run and in
 * turns, so that whatever else the machine does hits all alike. Then how many destinations run without a dropped frame,
 * how soon the first picture is there, and what the way through the engine adds to a frame's journey.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findRehearsalFfmpeg, makeFlvFile } from '../../support/rehearsal-media.ts';
import {
  makeNativeContender,
  nginxRtmp,
  pipedFfmpeg,
  plainFfmpeg,
  playStamped,
  playTransportStream,
  startBenchReceiver,
} from './contenders.ts';
import { readCpuSeconds } from './process-cpu.ts';
import type { BenchMedia, BenchReceiver, Contender, RunningContender } from './contenders.ts';
import type { ReceiverSummary } from './receiver-process.ts';

export interface FanOutOptions {
  destinations: number;
  /** Destinations of the capacity run. */
  capacity: number;
  rounds: number;
  /** Length of each measurement. */
  seconds: number;
  print: (line: string) => void;
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

export interface FanOutResult {
  /** By contender: percent of one core per destination, fan-out processes only. */
  cpuPercentPerDestination: Record<string, Spread>;
  /** The engine's cost divided by plain ffmpeg's, of the medians. */
  ratioToFfmpeg: number;
  capacity: {
    destinations: number;
    droppedFrames: number;
    reconnects: number;
    cpuPercent: number;
    largestGapMs: number;
  };
  /** From asking for the destinations to their first picture at the receiver. */
  firstVideoMs: Spread;
  /** By contender: from the source process to the receiver, milliseconds. */
  latencyMs: Record<string, { median: number; p95: number }>;
}

const VIDEO_BITRATE_BPS = 4_500_000;
const CONTENT_SECONDS = 10;
const SETTLE_MS = 2_000;
const START_LIMIT_MS = 40_000;
const WHOLE_LIMIT_MS = 240_000;

const native = makeNativeContender((media) => ({
  feed: playTransportStream(media.transportStreamPath),
  input: 'transport-stream',
}));
const nativeStamped = makeNativeContender((media) => ({ feed: playStamped(media.flvPath), input: 'flv' }));

/** Runs the whole comparison and prints as it goes. */
export async function benchFanOut(options: FanOutOptions): Promise<FanOutResult> {
  const { destinations, rounds, seconds, print } = options;
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  const tidy = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', tidy);
  try {
    const media = await makeMedia(directory);
    const present = [native, plainFfmpeg, nginxRtmp].filter((contender) => {
      const missing = contender.missing();
      if (missing) print(`${contender.name}: ${missing}`);
      return missing === null;
    });
    print(
      `${destinations} copy destinations at 1080p30, ${VIDEO_BITRATE_BPS / 1e6} Mbit/s, ${cpus().length} cores; ${rounds} rounds of ${seconds} s`,
    );
    const measured = new Map<Contender, number[]>(present.map((contender) => [contender, []]));
    const firstVideoMs: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const contender of present) {
        const run = await measure(contender, media, destinations, seconds);
        measured.get(contender)!.push(run.fanOutPercent / destinations);
        if (contender === native) firstVideoMs.push(...run.firstVideoMs);
        const ingest = run.ingestPercent === 0 ? '' : `, its ingest ${run.ingestPercent.toFixed(2)} % in all`;
        print(
          `  round ${round}, ${contender.name}: ${(run.fanOutPercent / destinations).toFixed(3)} % of a core per destination${ingest}`,
        );
      }
    }
    const cpuPercentPerDestination = Object.fromEntries(
      [...measured].map(([{ name }, values]) => [name, toSpread(values)]),
    );
    for (const [name, spread] of Object.entries(cpuPercentPerDestination)) {
      print(`${name}: ${describe(spread, 3)} % of a core per destination`);
    }
    const ratioToFfmpeg = toSpread(measured.get(native)!).median / toSpread(measured.get(plainFfmpeg)!).median;
    print(`sluice costs ${ratioToFfmpeg.toFixed(2)} of plain ffmpeg`);
    print(
      `first picture at the receiver after ${describe(toSpread(firstVideoMs), 0)} ms (${destinations} started at once)`,
    );

    const latencyMs = await measureLatencies(media, options);
    const capacity = await measureCapacity(media, options);
    return { cpuPercentPerDestination, ratioToFfmpeg, capacity, firstVideoMs: toSpread(firstVideoMs), latencyMs };
  } finally {
    process.off('exit', tidy);
    tidy();
  }
}

async function makeMedia(directory: string): Promise<BenchMedia> {
  const media = { flvPath: join(directory, 'bench.flv'), transportStreamPath: join(directory, 'bench.ts') };
  const picture = { width: 1920, height: 1080, framesPerSecond: 30, gopFrames: 60 };
  await makeFlvFile(media.flvPath, { ...picture, seconds: CONTENT_SECONDS, videoBitrateBps: VIDEO_BITRATE_BPS });
  const remux = ['-v', 'error', '-i', media.flvPath, '-c', 'copy', '-f', 'mpegts', media.transportStreamPath];
  execFileSync(findRehearsalFfmpeg(), remux);
  return media;
}

interface Run {
  fanOutPercent: number;
  ingestPercent: number;
  firstVideoMs: number[];
  droppedFrames: number;
  reconnects: number;
  summary: ReceiverSummary;
}

async function measure(contender: Contender, media: BenchMedia, destinations: number, seconds: number): Promise<Run> {
  const receiver = await startBenchReceiver();
  let running: RunningContender | null = null;
  try {
    const urls = Array.from({ length: destinations }, (_, index) => `${receiver.baseUrl}/live/d${index}`);
    running = await contender.start(media, urls);
    await untilAllPlay(receiver, destinations);
    await sleep(SETTLE_MS);
    const before = readUsage(running);
    await sleep(seconds * 1000);
    const after = readUsage(running);
    const elapsedSeconds = (after.atMs - before.atMs) / 1000;
    const summary = await receiver.summary();
    const reports = await running.reports();
    const { startedAtMs } = running;
    return {
      fanOutPercent: ((after.fanOut - before.fanOut) * 100) / elapsedSeconds,
      ingestPercent: ((after.ingest - before.ingest) * 100) / elapsedSeconds,
      firstVideoMs: summary.sessions.map(({ firstVideoAtMs }) => (firstVideoAtMs ?? Infinity) - startedAtMs),
      droppedFrames: reports.reduce((sum, report) => sum + report.droppedFrames, 0),
      reconnects: reports.reduce((sum, report) => sum + report.reconnects, 0),
      summary,
    };
  } finally {
    await running?.stop();
    await receiver.stop();
  }
}

function readUsage(running: RunningContender): { fanOut: number; ingest: number; atMs: number } {
  const ingest = readCpuSeconds(running.ingestProcessIds);
  const all = readCpuSeconds([...running.fanOutProcessIds, ...running.ingestProcessIds]);
  return { fanOut: all - ingest, ingest, atMs: performance.now() };
}

async function untilAllPlay(receiver: BenchReceiver, destinations: number): Promise<void> {
  const giveUpAtMs = Date.now() + START_LIMIT_MS;
  for (;;) {
    const { sessions } = await receiver.summary();
    const playing = sessions.filter(({ videoFrames, state }) => state === 'publishing' && videoFrames > 0).length;
    if (playing >= destinations) return;
    if (Date.now() > giveUpAtMs) throw new Error(`only ${playing} of ${destinations} destinations came up`);
    await sleep(200);
  }
}

async function measureLatencies(media: BenchMedia, options: FanOutOptions): Promise<FanOutResult['latencyMs']> {
  const latencyMs: FanOutResult['latencyMs'] = {};
  for (const [contender, destinations] of [
    [nativeStamped, options.destinations],
    [pipedFfmpeg, 1],
  ] as const) {
    const { summary } = await measure(contender, media, destinations, Math.min(options.seconds, 6));
    const at = (share: number) => summary.agesMs[Math.floor(summary.agesMs.length * share)] ?? NaN;
    latencyMs[contender.name] = { median: at(0.5), p95: at(0.95) };
    const figures = `median ${at(0.5).toFixed(1)} ms, 95 % within ${at(0.95).toFixed(1)} ms, worst ${at(0.9999).toFixed(1)} ms`;
    options.print(`${contender.name}, ${destinations} destinations: from source process to receiver ${figures}`);
  }
  return latencyMs;
}

async function measureCapacity(media: BenchMedia, options: FanOutOptions): Promise<FanOutResult['capacity']> {
  const run = await measure(native, media, options.capacity, options.seconds);
  const { sessions } = run.summary;
  const capacity = {
    destinations: options.capacity,
    droppedFrames: run.droppedFrames,
    reconnects: run.reconnects,
    cpuPercent: run.fanOutPercent,
    largestGapMs: Math.max(...sessions.map(({ largestTimestampGapMs }) => largestTimestampGapMs)),
  };
  options.print(
    `capacity: ${capacity.destinations} destinations, ${capacity.droppedFrames} frames dropped, ${capacity.reconnects} reconnects, ` +
      `${capacity.cpuPercent.toFixed(1)} % of a core for the fan-out, largest gap at a receiver ${capacity.largestGapMs} ms`,
  );
  return capacity;
}

function toSpread(values: number[]): Spread {
  const sorted = values.toSorted((left, right) => left - right);
  return { min: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, max: sorted.at(-1)! };
}

function describe({ min, median, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

const HELP = `node test/bench/media/bench-fan-out.ts [--destinations 50] [--capacity 200] [--rounds 3] [--seconds 10]

Compares the fan-out of one 4.5 Mbit/s stream. Linux only (reads /proc); needs ffmpeg, uses nginx-rtmp when installed.
Takes about two and a half minutes with these values and never more than four. Close what else keeps the machine busy.`;

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      destinations: { type: 'string', default: '50' },
      capacity: { type: 'string', default: '200' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '10' },
      help: { type: 'boolean', default: false },
    },
  });
  const { help, ...numbers } = values;
  const [destinations, capacity, rounds, seconds] = [
    numbers.destinations,
    numbers.capacity,
    numbers.rounds,
    numbers.seconds,
  ].map(Number);
  if (help) {
    console.log(HELP);
  } else if (![destinations, capacity, rounds, seconds].every((value) => Number.isInteger(value) && value! > 0)) {
    console.error(`destinations, capacity, rounds and seconds are whole numbers above 0\n\n${HELP}`);
    process.exitCode = 2;
  } else {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
    setTimeout(() => {
      console.error('the benchmark took longer than four minutes and was stopped');
      process.exit(1);
    }, WHOLE_LIMIT_MS).unref();
    await benchFanOut({
      destinations: destinations!,
      capacity: capacity!,
      rounds: rounds!,
      seconds: seconds!,
      print: console.log,
    });
  }
}
