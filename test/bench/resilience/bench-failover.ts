import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { until } from '../../support/test-media.ts';
import type { BenchMedia } from '../media/bench-media.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { countDamaged, openEngineStage, type EngineStage } from './engine-stage.ts';

/** Time between two changes, so that the returned encoder has sent a keyframe. */
const BETWEEN_MS = 3_000;
const LIMIT_MS = 30_000;
const GAP_AIM = '≤ 1,000 ms';

export interface FailoverOptions {
  directory: string;
  destinations: number;
  /** Power cuts of the encoder in use. */
  cuts: number;
  print: (line: string) => void;
}

/** Cuts the power of the encoder in use, again and again, and measures how long the receivers get nothing. */
export async function benchFailover(media: BenchMedia, options: FailoverOptions): Promise<Outcome> {
  const other = join(options.directory, 'other-encoder.ts');
  await encodeOther(other);
  const alike = await cutEncoders(media.transportStreamPath, media.transportStreamPath, options);
  const unlike = await cutEncoders(media.transportStreamPath, other, options);
  const row = (figure: string, { gapsMs }: Cuts) => ({
    figure: `gap at ${options.destinations} receivers at failover, ${figure}`,
    measured: `${describeSpread(toSpread(gapsMs), 0)} ms`,
    compared: `${options.cuts} power cuts`,
    aim: GAP_AIM,
  });
  return {
    rows: [row('encoders alike', alike), row('other size, rate and sound', unlike)],
    gates: [
      { name: 'reconnects at failover', value: alike.reconnects + unlike.reconnects, limit: 0 },
      { name: 'receivers with decode errors after failovers', value: alike.damaged + unlike.damaged, limit: 0 },
    ],
  };
}

interface Cuts {
  /** The longest gap of each receiver at each cut. */
  gapsMs: number[];
  reconnects: number;
  /** Receivers whose file ffmpeg does not decode without a complaint. */
  damaged: number;
}

async function cutEncoders(
  mainPath: string,
  backupPath: string,
  { directory, destinations, cuts, print }: FailoverOptions,
): Promise<Cuts> {
  const stage = await openEngineStage(directory);
  try {
    const paths = { main: mainPath, backup: backupPath };
    const senders = { main: stage.send('main', mainPath), backup: async () => {} };
    await until('the main encoder', () => stage.isSelected('main'), LIMIT_MS);
    senders.backup = stage.send('backup', backupPath);
    const files = await Promise.all(
      Array.from({ length: destinations }, (_, index) => stage.receive(`copy-${index}`, {})),
    );
    await stage.untilOnAir(files);
    const gapsMs: number[] = [];
    for (let cut = 0; cut < cuts; cut += 1) {
      await untilBothDeliver(stage);
      const [failing, standby] = cut % 2 === 0 ? (['main', 'backup'] as const) : (['backup', 'main'] as const);
      const gaps = await stage.longestGapsMs(async () => {
        await senders[failing]();
        await until(`the ${standby} encoder in use`, () => stage.isSelected(standby), LIMIT_MS);
      });
      print(`cut ${cut + 1} of ${cuts}: ${Math.max(...gaps).toFixed(0)} ms at the most`);
      gapsMs.push(...gaps);
      senders[failing] = stage.send(failing, paths[failing]);
    }
    const reconnects = stage.channels().reduce((sum, channel) => sum + channel.reconnects, 0);
    for (const { channelId } of stage.channels()) await stage.engine.stopChannel(channelId);
    return { gapsMs, reconnects, damaged: countDamaged(files, print) };
  } finally {
    await stage.close();
  }
}

async function untilBothDeliver(stage: EngineStage): Promise<void> {
  await until('both encoders', () => stage.isConnected('main') && stage.isConnected('backup'), LIMIT_MS);
  await setTimeout(BETWEEN_MS);
}

/** An encoder with another size, frame rate, GOP and sample rate than the benchmark's media. */
async function encodeOther(path: string): Promise<void> {
  const sources = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=1280x720:rate=25',
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=44100',
  ];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-b:v', '3M', '-g', '25'];
  const audio = ['-c:a', 'aac', '-ar', '44100', '-ac', '1'];
  const output = ['-t', '10', '-f', 'mpegts', '-y', path];
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
  await promisify(execFile)(findRehearsalFfmpeg(), [...quiet, ...sources, ...video, ...audio, ...output]);
}
