/**
 * Failover with real media: two encoders call the listeners of one flow, and six destinations are on air. ffmpeg sends,
 * receives and judges.
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
import { sendSrt } from '../../../test/support/srt-sender.ts';
import {
  descendants,
  findTestFfmpeg,
  makeTemporaryDirectory,
  makeTransportStream,
  readJpegSize,
  until,
} from '../../../test/support/test-media.ts';
import { type ListenerName, NOTHING_REHEARSED } from './contract.ts';

const ffmpeg = findTestFfmpeg()!;

describe.skipIf(!findTestFfmpeg())('failover', { timeout: 300_000 }, () => {
  let directory: string;
  let clip: string;
  /** Another size, rate and sound, and other parameter sets. */
  let otherClip: string;
  let stage: FailoverStage;
  const senders: ReturnType<typeof sendSrt>[] = [];

  beforeAll(() => {
    directory = makeTemporaryDirectory();
    clip = makeTransportStream(ffmpeg, join(directory, 'main.ts'));
    otherClip = makeTransportStream(ffmpeg, join(directory, 'other.ts'), { size: '480x270' });
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  beforeEach(async () => void (stage = await createFailoverStage()));
  afterEach(async () => {
    for (const stop of senders.splice(0)) await stop('SIGKILL');
    await stage.close();
    await until('every process to be gone', () => descendants().size === 0);
  });

  function send(name: ListenerName, path: string): (typeof senders)[number] {
    const { port, passphrase } = stage.listenerOf(name);
    const stop = sendSrt(ffmpeg, path, port, passphrase);
    senders.push(stop);
    return stop;
  }

  it('has pictures of both sources, each its own, and none of a source that is silent', async () => {
    const picture = async (name?: ListenerName) => {
      const taken = await stage.engine.fetchSourcePicture('flow', name);
      return taken && readJpegSize(taken.jpeg).width;
    };
    const [MAIN, OTHER] = [640, 480];
    const stopMain = send('main', clip);
    await until('the main picture', async () => (await picture('main')) === MAIN);
    expect(await picture('backup')).toBeNull();
    send('backup', otherClip);
    await until('the picture of the standby', async () => (await picture('backup')) === OTHER);
    expect([await picture(), await picture('main'), stage.isSelected('main')]).toEqual([MAIN, MAIN, true]);

    await stage.prefer('backup');
    await until('the backup in use', () => stage.isSelected('backup'));
    // Never the picture that was kept of the other source.
    expect([null, OTHER]).toContain(await picture('backup'));
    const areBothThere = async () =>
      stage.isSelected('backup') && (await picture()) === OTHER && (await picture('main')) === MAIN;
    await until('both pictures after the change', areBothThere);

    await stage.engine.rehearse({ ...NOTHING_REHEARSED, lostFlowArns: ['flow'] });
    expect([await picture('main'), await picture('backup')]).toEqual([null, null]);
    await stage.engine.rehearse(NOTHING_REHEARSED);
    // Whichever delivers first is in use, until the preferred one has delivered for a while.
    await until('both pictures after the loss', areBothThere);
    await stopMain('SIGKILL');
    await until('the standby to be silent', () => stage.listener('main')?.state === 'listening');
    expect([await picture('main'), await picture()]).toEqual([null, OTHER]);
  });

  it.each([
    ['the same format, after a power cut', () => clip, 'SIGKILL'],
    ['another format, after a clean end', () => otherClip, 'SIGTERM'],
  ] as const)('continues six destinations with a backup of %s, and back', async (_what, backupClip, signal) => {
    const stopMain = send('main', clip);
    await until('the main encoder', () => stage.listener('main')?.state === 'connected');
    send('backup', backupClip());
    const receivers = await stage.goOnAir();
    expect(stage.isSelected('main')).toBe(true);

    const there = await longestGaps(receivers, async () => {
      await stopMain(signal);
      await until('the backup in use', () => stage.isSelected('backup'));
    });
    send('main', clip);
    await until('main to be back', () => stage.listener('main')?.state === 'connected');
    await setTimeout(1_500);
    expect(stage.isSelected('backup')).toBe(true);
    const back = await longestGaps(receivers, async () => {
      await stage.prefer('main');
      await until('main in use', () => stage.isSelected('main'));
    });
    // The one that takes no other size has to wait for its encoder.
    const waits = receivers.map(({ channelId }) => channelId === 'sized' && backupClip() === otherClip);
    expect(Math.max(...[...there, ...back].filter((_gap, index) => !waits[index % waits.length]))).toBeLessThan(
      STUCK_AFTER_MS,
    );
    expect(stage.report().failoverSwitches).toBe(2);
    expect(stage.engine.report().channels.map(({ reconnects }) => reconnects)).toEqual([0, 0, 0, 0, 0, 0]);
    await stage.goOffAir();
    for (const receiver of receivers) expectDecodable(receiver);
    expect(sizesOf(receivers.find(({ channelId }) => channelId === 'sized')!)).toEqual(['640x360']);
  });
});
