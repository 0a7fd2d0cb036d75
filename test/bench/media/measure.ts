/** Measures one contender once: starts it, lets it settle, reads CPU times, stops it. */
import { waitFor } from '../../support/wait-for.ts';
import { sleep } from '../child-processes.ts';
import { startBenchReceiver } from './contenders.ts';
import { readCpuSeconds } from './process-cpu.ts';
import type { BenchMedia } from './bench-media.ts';
import type { BenchReceiver, Contender, RunningContender } from './contenders.ts';
import type { ReceiverSummary } from './receiver-process.ts';

const SETTLE_MS = 2_000;
const START_LIMIT_MS = 40_000;

export interface Run {
  /** Percentage of one core, for all destinations together. */
  fanOutPercent: number;
  /** Percentage of one core for the process that brings the stream, if it is separate. */
  ingestPercent: number;
  /** Per destination, since the request for all of them. */
  firstVideoMs: number[];
  /** Counted by the contender itself, if it does. */
  droppedFrames: number;
  reconnects: number;
  summary: ReceiverSummary;
}

/** Runs a contender with this number of destinations for this many seconds. */
export async function measure(
  contender: Contender,
  media: BenchMedia,
  destinations: number,
  seconds: number,
): Promise<Run> {
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
      droppedFrames: reports.reduce((sum, report) => sum + report.unsentFrames, 0),
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
  await waitFor(
    `${destinations} destinations to play`,
    async () => {
      const { sessions } = await receiver.summary();
      const playing = sessions.filter(({ videoFrames, state }) => state === 'publishing' && videoFrames > 0);
      return playing.length >= destinations;
    },
    { limitMs: START_LIMIT_MS, everyMs: 200 },
  );
}
