/**
 * Failover between encoders of two makers: ffmpeg calls the main listener and GStreamer the backup, and six
 * destinations are on air.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createFailoverStage,
  expectDecodable,
  longestGaps,
  sizesOf,
  STUCK_AFTER_MS,
  type FailoverStage,
} from '../../../test/support/failover-stage.ts';
import { findGStreamer, sendWithGStreamer, type GStreamerSettings } from '../../../test/support/gstreamer.ts';
import { sendSrt } from '../../../test/support/srt-sender.ts';
import {
  descendants,
  findTestFfmpeg,
  makeTemporaryDirectory,
  makeTransportStream,
  until,
} from '../../../test/support/test-media.ts';
import type { ListenerName } from './contract.ts';

const ffmpeg = findTestFfmpeg()!;
const gstLaunch = findGStreamer();
/** As the clip that ffmpeg sends. */
const ALIKE: GStreamerSettings = {
  ...{ width: 640, height: 360, framesPerSecond: 30, gopPictures: 30, bFrames: 2, videoKbps: 700 },
  ...{ sampleRateHz: 48_000, channels: 2 },
};
const DIFFERENT: GStreamerSettings = {
  ...{ width: 480, height: 270, framesPerSecond: 25, gopPictures: 50, bFrames: 0, videoKbps: 500 },
  ...{ sampleRateHz: 44_100, channels: 1 },
  encoder: ['tune=zerolatency'],
};

type End = 'power cut' | 'freeze' | 'clean end';
type Stop = (end: End) => Promise<void>;

describe.skipIf(!findTestFfmpeg() || gstLaunch === null)('failover with GStreamer', { timeout: 300_000 }, () => {
  const directory = makeTemporaryDirectory();
  let clip: string;
  let stage: FailoverStage;
  const stops: Stop[] = [];

  beforeAll(() => void (clip = makeTransportStream(ffmpeg, join(directory, 'main.ts'))), 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  beforeEach(async () => void (stage = await createFailoverStage()));
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop('power cut');
    await stage.close();
    await until('every process to be gone', () => descendants().size === 0);
  });

  function sendMain(): Stop {
    const { port, passphrase } = stage.listenerOf('main');
    const stop = sendSrt(ffmpeg, clip, port, passphrase);
    return remember((end) => stop(end === 'clean end' ? 'SIGTERM' : 'SIGKILL'));
  }

  function sendBackup(settings: GStreamerSettings): Stop {
    const { port, passphrase } = stage.listenerOf('backup');
    const sender = sendWithGStreamer(gstLaunch!, settings, { port, passphrase: passphrase! });
    return remember(async (end) => {
      if (end === 'freeze') process.kill(sender.pid, 'SIGSTOP');
      else await sender.stop(end === 'clean end' ? 'SIGINT' : 'SIGKILL');
    });
  }

  function remember(stop: Stop): Stop {
    stops.push(stop);
    return stop;
  }

  const isThere = (name: ListenerName) => () => stage.listener(name)?.state === 'connected';

  it.each([
    ['the same format', 'power cut', 'freeze', ALIKE],
    ['another picture and sound', 'clean end', 'clean end', DIFFERENT],
  ] as const)('continues six destinations with %s after a %s of ffmpeg, and back after a %s', async (...given) => {
    const [, endOfMain, endOfBackup, settings] = given;
    const stopMain = sendMain();
    await until('the main encoder', isThere('main'));
    const stopBackup = sendBackup(settings);
    const receivers = await stage.goOnAir();
    expect(stage.isSelected('main')).toBe(true);

    const there = await longestGaps(receivers, async () => {
      await stopMain(endOfMain);
      await until('the backup in use', () => stage.isSelected('backup'));
    });
    sendMain();
    await until('main to be back', isThere('main'));
    await setTimeout(1_500);
    const back = await longestGaps(receivers, async () => {
      await stopBackup(endOfBackup);
      await until('main in use', () => stage.isSelected('main'));
    });
    // The destinations that take no other picture or sound have to wait for an encoder.
    const waits = receivers.map(({ channelId }) => settings === DIFFERENT && channelId !== 'encoded');
    const [longest] = [...there.filter((_gap, index) => !waits[index]), ...back].toSorted((one, other) => other - one);
    expect(longest).toBeLessThan(STUCK_AFTER_MS);
    expect(stage.report().failoverSwitches).toBe(2);
    expect(stage.engine.report().channels.map(({ reconnects }) => reconnects)).toEqual([0, 0, 0, 0, 0, 0]);
    await stage.goOffAir();
    for (const receiver of receivers) expectDecodable(receiver);
    expect(sizesOf(receivers.find(({ channelId }) => channelId === 'sized')!)).toEqual(['640x360']);
  });
});
