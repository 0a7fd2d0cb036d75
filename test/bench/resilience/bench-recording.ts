import { join } from 'node:path';
import { makeFlvFile } from '../../support/rehearsal-media.ts';
import { until } from '../../support/test-media.ts';
import { sleep } from '../child-processes.ts';
import { remux } from '../media/bench-media.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { openEngineStage } from './engine-stage.ts';

const SOURCE = { width: 1920, height: 1080, framesPerSecond: 30, gopFrames: 60, videoBitrateBps: 6_000_000 };
const PERCENT_MAX = 2;
const PREVIEW = 'preview';
const SETTLE_MS = 8_000;

export interface RecordingOptions {
  directory: string;
  rounds: number;
  /** Length of each measurement. */
  seconds: number;
  print: (line: string) => void;
}

/** Measures what recording adds to an HLS preview of 6 Mbit/s that is packaged anyway. */
export async function benchRecording({ directory, rounds, seconds, print }: RecordingOptions): Promise<Outcome> {
  const [flv, path] = [join(directory, 'recording.flv'), join(directory, 'recording.ts')];
  await makeFlvFile(flv, { ...SOURCE, seconds: 10 });
  await remux([], flv, path);
  const stage = await openEngineStage(directory);
  try {
    stage.send('main', path);
    await stage.package(PREVIEW);
    await until('the preview', () => stage.channels()[0]?.state === 'publishing', 60_000);
    const kept = join(directory, 'kept');
    const added: number[] = [];
    const megabytes: number[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await stage.engine.keepSegments(PREVIEW, null);
      await sleep(SETTLE_MS);
      const without = await stage.measurePercent(seconds);
      await stage.engine.keepSegments(PREVIEW, { directory: kept, fromMs: Date.now() });
      await sleep(SETTLE_MS);
      const recording = await stage.measurePercent(seconds);
      added.push(recording - without);
      megabytes.push(stage.memoryMegabytes());
      print(`round ${round}: ${without.toFixed(2)} % of a core without, ${recording.toFixed(2)} % with recording`);
    }
    const { error, droppedSegments } = stage.engine.report().keeping?.[0] ?? { error: 'nothing kept' };
    if (error) throw new Error(`the recording ended: ${error}`);
    return {
      rows: [
        {
          figure: 'CPU of recording a preview of 6 Mbit/s',
          measured: `${describeSpread(toSpread(added), 2)} % of a core`,
          compared: `memory of the engine ${describeSpread(toSpread(megabytes), 0)} MB`,
          aim: `≤ ${PERCENT_MAX} %`,
        },
      ],
      gates: [
        { name: 'percent of a core for recording', value: toSpread(added).median, limit: PERCENT_MAX },
        { name: 'segments that were not recorded', value: droppedSegments ?? 0, limit: 0 },
      ],
    };
  } finally {
    await stage.close();
  }
}
