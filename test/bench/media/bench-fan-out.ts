/**
 * Measures the cost of one copy destination: the engine's publishers against plain ffmpeg processes and nginx-rtmp,
 * alternating in one run, so that other load affects all alike. Also measures the latency that the engine adds while it
 * carries them all.
 */
import { describeSpread, median, percentile, toSpread } from '../statistics.ts';
import {
  makeNativeContender,
  nginxRtmp,
  pipedFfmpeg,
  plainFfmpeg,
  playStamped,
  playTransportStream,
} from './contenders.ts';
import { measure } from './measure.ts';
import type { Outcome, Row } from '../outcome.ts';
import type { BenchMedia } from './bench-media.ts';
import type { Contender } from './contenders.ts';

export interface FanOutOptions {
  destinations: number;
  rounds: number;
  /** Length of each measurement. */
  seconds: number;
  print: (line: string) => void;
}

const RATIO_MAX = 0.25;
/** The number of destinations in the aim. With fewer, fixed costs weigh more. */
const AIM_DESTINATIONS = 50;
const STAMPED_SECONDS = 6;

/** The engine's publishers, fed with a transport stream like by its ingest. */
export const native = makeNativeContender((media) => ({
  feed: playTransportStream(media.transportStreamPath),
  input: 'transport-stream',
}));
const nativeStamped = makeNativeContender((media) => ({ feed: playStamped(media.flvPath), input: 'flv' }));

/** Compares the costs and prints each result. */
export async function benchFanOut(media: BenchMedia, options: FanOutOptions): Promise<Outcome> {
  const { destinations, rounds, seconds, print } = options;
  const present = [native, plainFfmpeg, nginxRtmp].filter((contender) => {
    const missing = contender.missing();
    if (missing) print(`${contender.name}: ${missing}`);
    return missing === null;
  });
  const measured = new Map<Contender, number[]>(present.map((contender) => [contender, []]));
  const firstVideoMs: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of present) {
      const run = await measure(contender, media, destinations, seconds);
      const percent = run.fanOutPercent / destinations;
      measured.get(contender)!.push(percent);
      if (contender === native) firstVideoMs.push(...run.firstVideoMs);
      const ingest = run.ingestPercent === 0 ? '' : `, its feed ${run.ingestPercent.toFixed(2)} % in total`;
      print(`round ${round}, ${contender.name}: ${percent.toFixed(3)} % of a core per destination${ingest}`);
    }
  }
  const costOfFfmpeg = median(measured.get(plainFfmpeg)!);
  const ratio = median(measured.get(native)!) / costOfFfmpeg;
  const hasAim = destinations >= AIM_DESTINATIONS;
  const rows = [...measured].map(([contender, values]): Row => {
    const share = (median(values) / costOfFfmpeg).toFixed(2);
    return {
      figure: `CPU per copy destination at ${destinations}: ${contender.name}`,
      measured: `${describeSpread(toSpread(values), 3)} % of a core`,
      ...(contender === plainFfmpeg ? {} : { compared: `${share} of plain ffmpeg` }),
      ...(contender === native && hasAim ? { aim: `≤ ${RATIO_MAX} of plain ffmpeg` } : {}),
    };
  });
  print(`first picture of ${destinations} started at the same time: ${describeSpread(toSpread(firstVideoMs), 0)} ms`);
  const gates = hasAim ? [{ name: 'CPU per destination against plain ffmpeg', value: ratio, limit: RATIO_MAX }] : [];
  return { rows: [...rows, await measurePipeLatency(media, options)], gates };
}

/** Measures latency without SRT, from one process's pipe to the receiver. */
async function measurePipeLatency(media: BenchMedia, { destinations, seconds }: FanOutOptions): Promise<Row> {
  const read = async (contender: Contender, count: number) => {
    const { summary } = await measure(contender, media, count, Math.min(seconds, STAMPED_SECONDS));
    const [middle, late] = [median(summary.agesMs), percentile(summary.agesMs, 0.95)];
    return `median ${middle.toFixed(1)} ms, 95 % within ${late.toFixed(1)} ms`;
  };
  return {
    figure: `pipe to receiver, ${destinations} destinations`,
    measured: await read(nativeStamped, destinations),
    compared: `one plain ffmpeg, one destination: ${await read(pipedFfmpeg, 1)}`,
  };
}
