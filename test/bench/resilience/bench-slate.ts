import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPlainPng } from '../../../functions/domain/plain-png.ts';
import type { ChannelReport, InputLoss } from '../../../infra/local/engine/contract.ts';
import { largestTimestampGapMs } from '../../support/recorded-tags.ts';
import { makeRendition, until } from '../../support/test-media.ts';
import { sleep } from '../child-processes.ts';
import type { BenchMedia } from '../media/bench-media.ts';
import type { Outcome } from '../outcome.ts';
import { describeSpread, toSpread } from '../statistics.ts';
import { countDamaged, openEngineStage, type EngineStage } from './engine-stage.ts';

const GAP_AIM = '≤ 500 ms';
const RATIO_MAX = 1.5;
const LIMIT_MS = 30_000;
const SETTLE_MS = 3_000;
const WARM_UP_MS = 15_000;
const SMALL = makeRendition({ name: 'small', width: 640, height: 360, framesPerSecond: 30, videoBitrateBps: 800_000 });

export interface SlateOptions {
  directory: string;
  /** Losses of the source. */
  losses: number;
  /** Copied destinations whose CPU is measured. */
  destinations: number;
  /** Measurements of the CPU. */
  rounds: number;
  /** Length of each measurement. */
  seconds: number;
  print: (line: string) => void;
}

/** Measures what a receiver sees when the slate comes and goes, and what the slate costs beside copying. */
export async function benchSlate(media: BenchMedia, options: SlateOptions): Promise<Outcome> {
  const image = join(options.directory, 'slate.png');
  writeFileSync(image, buildPlainPng(640, 360, 'c81ea0'));
  const inputLoss: InputLoss = { repeatMs: 500, blackMs: 0, image: { kind: 'file', path: image } };
  const seen = await loseSource(media, inputLoss, options);
  const ratios = await compareCpu(media, inputLoss, options);
  return {
    rows: [
      {
        figure: 'gap at the receivers at slate in and out, copied and encoded',
        measured: `${describeSpread(toSpread(seen.gapsMs), 0)} ms`,
        compared: `${options.losses} losses; timestamps at most ${seen.timestampGapMs} ms apart`,
        aim: GAP_AIM,
      },
      {
        figure: `CPU of the slate per copied destination, ${options.destinations} destinations`,
        measured: `${describeSpread(toSpread(ratios), 2)} of copying`,
        aim: `≤ ${RATIO_MAX}`,
      },
    ],
    gates: [
      { name: 'reconnects at slate in and out', value: seen.reconnects, limit: 0 },
      { name: 'receivers with decode errors after slates', value: seen.damaged, limit: 0 },
      { name: 'CPU of the slate against copying', value: toSpread(ratios).median, limit: RATIO_MAX },
    ],
  };
}

async function loseSource(
  media: BenchMedia,
  inputLoss: InputLoss,
  { directory, losses, print }: SlateOptions,
): Promise<{ gapsMs: number[]; timestampGapMs: number; reconnects: number; damaged: number }> {
  const stage = await openEngineStage(directory);
  try {
    let cut = stage.send('main', media.transportStreamPath);
    const files = [
      await stage.receive('copied', { inputLoss }),
      await stage.receive('encoded', { rendition: SMALL, inputLoss }),
    ];
    await stage.untilOnAir(files);
    await untilMore(stage, 60);
    const gapsMs: number[] = [];
    for (let loss = 0; loss < losses; loss += 1) {
      const gaps = await stage.longestGapsMs(async () => {
        await cut();
        await untilSlate(stage, 'input_loss');
        await sleep(SETTLE_MS);
        cut = stage.send('main', media.transportStreamPath);
        await untilSlate(stage, undefined);
        await untilMore(stage, 60);
      });
      print(`loss ${loss + 1} of ${losses}: ${Math.max(...gaps).toFixed(0)} ms at the most`);
      gapsMs.push(...gaps);
    }
    const reconnects = stage.channels().reduce((sum, channel) => sum + channel.reconnects, 0);
    for (const { channelId } of stage.channels()) await stage.engine.stopChannel(channelId);
    const timestampGapMs = Math.max(...files.map(largestTimestampGapMs));
    return { gapsMs, timestampGapMs, reconnects, damaged: countDamaged(files, print) };
  } finally {
    await stage.close();
  }
}

/**
 * Compares the same destinations while they are copied and while they show the slate. What the engine uses without
 * destinations, with and without a source, is subtracted.
 * @returns one ratio per round
 */
async function compareCpu(
  media: BenchMedia,
  inputLoss: InputLoss,
  { directory, destinations, rounds, seconds, print }: SlateOptions,
): Promise<number[]> {
  const stage = await openEngineStage(directory);
  try {
    let cut = stage.send('main', media.transportStreamPath);
    const files = await Promise.all(
      Array.from({ length: destinations }, (_, index) => stage.receive(`copy-${index}`, { inputLoss })),
    );
    await stage.untilOnAir(files);
    await sleep(WARM_UP_MS);
    const measured: { copying: number; showing: number }[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(SETTLE_MS);
      const copying = await stage.measurePercent(seconds);
      await cut();
      await untilSlate(stage, 'input_loss');
      await sleep(SETTLE_MS);
      measured.push({ copying, showing: await stage.measurePercent(seconds) });
      cut = stage.send('main', media.transportStreamPath);
      await untilSlate(stage, undefined);
    }
    // Last, because a process that has just started uses more.
    for (const { channelId } of stage.channels()) await stage.engine.stopChannel(channelId);
    await sleep(SETTLE_MS);
    const ingest = await stage.measurePercent(seconds);
    await cut();
    await sleep(SETTLE_MS);
    const idle = await stage.measurePercent(seconds);
    const each = (percent: number) => `${(percent / destinations).toFixed(2)} %`;
    return measured.map(({ copying, showing }, index) => {
      const [copied, shown] = [copying - ingest, showing - idle];
      print(`round ${index + 1}: copying ${each(copied)} of a core per destination, slate ${each(shown)}`);
      return shown / copied;
    });
  } finally {
    await stage.close();
  }
}

function untilSlate(stage: EngineStage, wanted: ChannelReport['slate']): Promise<unknown> {
  const what = wanted ? 'the slate everywhere' : 'the source everywhere';
  return until(what, () => stage.channels().every(({ slate }) => slate === wanted), LIMIT_MS);
}

/** Waits until every channel has sent so many more pictures. */
async function untilMore(stage: EngineStage, pictures: number): Promise<void> {
  const before = new Map(stage.channels().map(({ channelId, framesSent }) => [channelId, framesSent]));
  const hasMore = ({ channelId, framesSent }: ChannelReport) => framesSent >= (before.get(channelId) ?? 0) + pictures;
  await until(`${pictures} more pictures`, () => stage.channels().every(hasMore), LIMIT_MS);
}
