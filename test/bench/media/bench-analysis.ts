import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createSourceAnalyser } from '../../../infra/local/engine/analysis/source-analyser.ts';
import { silentLogger } from '../../../infra/local/engine/engine-logger.ts';
import { createSourceProgram } from '../../../infra/local/engine/source-program.ts';
import { systemClock } from '../../../infra/local/host/clock.ts';
import { findRehearsalFfmpeg, makeFlvFile } from '../../support/rehearsal-media.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { readCpuSeconds } from './process-cpu.ts';

const SOURCE = { width: 1920, height: 1080, framesPerSecond: 60, gopFrames: 120, videoBitrateBps: 6_000_000 };
const PERCENT_MAX = 3;

export interface AnalysisOptions {
  directory: string;
  rounds: number;
  /** Length of each measurement. */
  seconds: number;
  print: (line: string) => void;
}

/** Measures what the analysis of a 1080p60 source costs, in its own process and in the engine that feeds it. */
export async function benchAnalysis({ directory, rounds, seconds, print }: AnalysisOptions): Promise<Outcome> {
  const path = join(directory, 'analysis.flv');
  await makeFlvFile(path, { ...SOURCE, seconds: 10 });
  const analyser: number[] = [];
  const feeding: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const without = await measure(path, seconds, false);
    const withIt = await measure(path, seconds, true);
    analyser.push(withIt.analyserPercent);
    feeding.push(withIt.enginePercent - without.enginePercent);
    print(
      `round ${round}: analyser ${withIt.analyserPercent.toFixed(2)} %, feeding it ${feeding.at(-1)!.toFixed(2)} %`,
    );
  }
  const whole = analyser.map((percent, index) => percent + Math.max(0, feeding[index]!));
  return {
    rows: [
      {
        figure: 'CPU of the analysis of a 1080p60 source of 6 Mbit/s with sound',
        measured: `${describeSpread(toSpread(analyser), 2)} % of a core`,
        compared: `${describeSpread(toSpread(feeding), 2)} % for feeding it`,
        aim: `≤ ${PERCENT_MAX} % together`,
      },
    ],
    gates: [{ name: 'percent of a core for the analysis', value: toSpread(whole).median, limit: PERCENT_MAX }],
  };
}

/** Plays the file in real time into a parser, as a flow does. @returns shares of a core, without the first seconds */
async function measure(
  path: string,
  seconds: number,
  isAnalysed: boolean,
): Promise<{ analyserPercent: number; enginePercent: number }> {
  const ffmpegPath = findRehearsalFfmpeg();
  const pids = new Set<number>();
  const registry = { add: (pid: number) => pids.add(pid), remove: (pid: number) => pids.delete(pid), clear: () => {} };
  const source = createSourceProgram({ clock: systemClock, logger: silentLogger, onStreams: () => {} });
  const launcher = { ffmpegPath, prefix: [], registry };
  const analyser = createSourceAnalyser({ source, launcher, clock: systemClock, logger: silentLogger });
  if (isAnalysed) analyser.start();
  const player = spawn(
    ffmpegPath,
    ['-v', 'error', '-nostdin', '-re', '-stream_loop', '-1', '-i', path, '-c', 'copy', '-f', 'mpegts', 'pipe:1'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    player.stdout.on('data', (chunk: Buffer) => source.push(chunk));
    // Starting a process costs once; it is not part of what an hour costs.
    await setTimeout(4_000);
    const read = () => ({ analyser: readCpuSeconds([...pids]), engine: process.cpuUsage() });
    const before = read();
    await setTimeout(seconds * 1000);
    const after = read();
    const { state, picture, sound } = analyser.report() ?? {};
    if (isAnalysed && (state !== 'running' || !picture || !sound)) throw new Error('the analyser has no figures');
    const engineMicroseconds = after.engine.user + after.engine.system - before.engine.user - before.engine.system;
    return {
      analyserPercent: ((after.analyser - before.analyser) / seconds) * 100,
      enginePercent: (engineMicroseconds / 1e6 / seconds) * 100,
    };
  } finally {
    player.kill('SIGKILL');
    await analyser.close();
  }
}
