import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ListenerName } from '../../../infra/local/engine/contract.ts';
import { findGStreamer, sendWithGStreamer, type GStreamerSettings } from '../../support/gstreamer.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { until } from '../../support/test-media.ts';
import { owe } from '../child-processes.ts';
import type { BenchMedia } from '../media/bench-media.ts';
import type { Outcome, Row } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { countDamaged, openEngineStage, type EngineStage } from './engine-stage.ts';

/** Time between two changes, so that the returned encoder has sent a keyframe. */
const BETWEEN_MS = 3_000;
const LIMIT_MS = 30_000;
const GAP_AIM = '≤ 1,000 ms';
/** The sound of the benchmark's media with another size, frame rate and GOP. */
const GSTREAMER: GStreamerSettings = {
  ...{ width: 1280, height: 720, framesPerSecond: 25, gopPictures: 25, bFrames: 0, videoKbps: 3_000 },
  ...{ sampleRateHz: 48_000, channels: 2, encoder: ['tune=zerolatency'] },
};
const GSTREAMER_OTHER_SOUND: GStreamerSettings = { ...GSTREAMER, sampleRateHz: 44_100, channels: 1 };

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
  const main = playFile(media.transportStreamPath);
  const backups: [figure: string, backup: Encoder][] = [
    ['encoders alike', main],
    ['other size, rate and sound', playFile(other)],
    ...gstreamerBackups(options.print),
  ];
  const rows: Row[] = [];
  const total = { reconnects: 0, damaged: 0 };
  for (const [figure, backup] of backups) {
    options.print(`${figure}:`);
    const { damaged, gapsMs, reconnects } = await cutEncoders({ main, backup }, options);
    total.reconnects += reconnects;
    total.damaged += damaged;
    rows.push({
      figure: `gap at ${options.destinations} receivers at failover, ${figure}`,
      measured: `${describeSpread(toSpread(gapsMs), 0)} ms`,
      compared: `${options.cuts} power cuts`,
      aim: GAP_AIM,
    });
  }
  return {
    rows,
    gates: [
      { name: 'reconnects at failover', value: total.reconnects, limit: 0 },
      { name: 'receivers with decode errors after failovers', value: total.damaged, limit: 0 },
    ],
  };
}

/** Starts an encoder that calls a listener. @returns a function that cuts its power */
type Encoder = (stage: EngineStage, listener: ListenerName) => () => Promise<void>;

function playFile(path: string): Encoder {
  return (stage, listener) => stage.send(listener, path);
}

/** Returns the encoders of another maker, if it is installed. */
function gstreamerBackups(print: (line: string) => void): [figure: string, backup: Encoder][] {
  const gstLaunch = findGStreamer();
  if (gstLaunch === null) {
    print('GStreamer: not installed, skipped');
    return [];
  }
  const encode =
    (settings: GStreamerSettings): Encoder =>
    ({ source }, listener) => {
      const port = listener === 'main' ? source.ingestPort : source.backup!.ingestPort;
      const sender = sendWithGStreamer(gstLaunch, settings, { port });
      return owe(() => sender.stop('SIGKILL'));
    };
  return [
    ['ffmpeg and GStreamer, other size and rate', encode(GSTREAMER)],
    ['ffmpeg and GStreamer, other size, rate and sound', encode(GSTREAMER_OTHER_SOUND)],
  ];
}

interface Cuts {
  /** The longest gap of each receiver at each cut. */
  gapsMs: number[];
  reconnects: number;
  /** Receivers whose file ffmpeg does not decode without a complaint. */
  damaged: number;
}

async function cutEncoders(
  encoders: Record<ListenerName, Encoder>,
  { directory, destinations, cuts, print }: FailoverOptions,
): Promise<Cuts> {
  const stage = await openEngineStage(directory);
  const cutPower: Record<ListenerName, () => Promise<void>> = { main: async () => {}, backup: async () => {} };
  const start = (listener: ListenerName) => (cutPower[listener] = encoders[listener](stage, listener));
  try {
    start('main');
    await until('the main encoder', () => stage.isSelected('main'), LIMIT_MS);
    start('backup');
    const files = await Promise.all(
      Array.from({ length: destinations }, (_, index) => stage.receive(`copy-${index}`, {})),
    );
    await stage.untilOnAir(files);
    const gapsMs: number[] = [];
    for (let cut = 0; cut < cuts; cut += 1) {
      await untilBothDeliver(stage);
      const [failing, standby] = cut % 2 === 0 ? (['main', 'backup'] as const) : (['backup', 'main'] as const);
      const gaps = await stage.longestGapsMs(async () => {
        await cutPower[failing]();
        await until(`the ${standby} encoder in use`, () => stage.isSelected(standby), LIMIT_MS);
      });
      print(`cut ${cut + 1} of ${cuts}: ${Math.max(...gaps).toFixed(0)} ms at the most`);
      gapsMs.push(...gaps);
      start(failing);
    }
    const reconnects = stage.channels().reduce((sum, channel) => sum + channel.reconnects, 0);
    for (const { channelId } of stage.channels()) await stage.engine.stopChannel(channelId);
    return { gapsMs, reconnects, damaged: countDamaged(files, print) };
  } finally {
    await Promise.all([cutPower.main(), cutPower.backup()]);
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
