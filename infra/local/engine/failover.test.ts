/**
 * Failover with real media: two encoders call the listeners of one flow, and six destinations are on air. ffmpeg sends,
 * receives and judges.
 */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { receiveWithFfmpeg, type FfmpegReceiver } from '../../../test/support/ffmpeg-receiver.ts';
import { sendSrt } from '../../../test/support/srt-sender.ts';
import { findFreeUdpPort } from '../../../test/support/product.ts';
import {
  decodeErrors,
  descendants,
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  makeTransportStream,
  readJpegSize,
  until,
} from '../../../test/support/test-media.ts';
import { NOTHING_REHEARSED } from './contract.ts';
import type { FlowSource, ListenerName, MediaEngine, Rendition, SourceReport } from './contract.ts';
import { silentLogger } from './engine-logger.ts';
import { createMediaEngine } from './media-engine.ts';

const ffmpeg = findTestFfmpeg()!;
const ADDRESS = '10.0.0.1:5000';
const COPIES = 3;
const PASSPHRASE = 'of-the-backup';
/** Takes the main source as it is, and no other size. */
const SIZED = makeRendition({ name: 'sized', width: 640, height: 360, videoBitrateBps: 20_000_000 });
const SMALL = makeRendition({ name: 'small', width: 320, height: 180, framesPerSecond: 15, videoBitrateBps: 200_000 });
/** The longest gap at a receiver that is allowed. */
const GAP_MS_MAX = 1_000;

interface Receiver extends FfmpegReceiver {
  channelId: string;
}

describe.skipIf(!findTestFfmpeg())('failover', { timeout: 90_000 }, () => {
  let directory: string;
  let clip: string;
  /** Another size, rate and sound, and other parameter sets. */
  let otherClip: string;
  let dataDirectory: string;
  let source: FlowSource & { backup: NonNullable<FlowSource['backup']> };
  let engine: MediaEngine;
  const senders: ReturnType<typeof sendSrt>[] = [];
  const processes: ChildProcess[] = [];

  beforeAll(() => {
    directory = makeTemporaryDirectory();
    clip = makeTransportStream(ffmpeg, join(directory, 'main.ts'));
    otherClip = makeTransportStream(ffmpeg, join(directory, 'other.ts'), { size: '480x270' });
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  beforeEach(async () => {
    dataDirectory = makeTemporaryDirectory();
    const listener = { listenHost: '127.0.0.1', latencyMs: 120 };
    source = {
      ...{ flowArn: 'flow', ingestPort: await findFreeUdpPort(), ...listener },
      backup: { ingestPort: await findFreeUdpPort(), ...listener, passphrase: PASSPHRASE },
    };
    engine = await createMediaEngine({
      ffmpegPath: ffmpeg,
      dataDirectory,
      logger: silentLogger,
      loopbackTargetsAllowed: true,
    });
    await engine.startFlow(source);
    await engine.setFlowOutputs('flow', [ADDRESS]);
  });
  afterEach(async () => {
    await engine.close();
    for (const stop of senders.splice(0)) await stop('SIGKILL');
    for (const each of processes.splice(0)) each.kill('SIGKILL');
    await until('every process to be gone', () => descendants().size === 0);
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const report = (): SourceReport => engine.report().sources[0]!;
  const listener = (name: ListenerName) => report().listeners?.find((each) => each.name === name);
  const isSelected = (name: ListenerName) => () => listener(name)?.isSelected === true;

  function send(name: ListenerName, path: string): (typeof senders)[number] {
    const [port, passphrase] = name === 'main' ? [source.ingestPort, null] : [source.backup.ingestPort, PASSPHRASE];
    const stop = sendSrt(ffmpeg, path, port, passphrase);
    senders.push(stop);
    return stop;
  }

  async function receive(channelId: string, rendition: Rendition): Promise<Receiver> {
    const receiver = await receiveWithFfmpeg(ffmpeg, join(dataDirectory, `${channelId}.flv`));
    processes.push(receiver.process);
    const output = { kind: 'rtmp' as const, url: receiver.url, streamKey: 'key', verifyCertificate: true, rendition };
    await engine.startChannel({ channelId, inputAddress: ADDRESS, output });
    return { ...receiver, channelId };
  }

  async function goOnAir(): Promise<Receiver[]> {
    const receivers: Receiver[] = [];
    for (let index = 0; index < COPIES; index += 1) receivers.push(await receive(`copy-${index}`, makeRendition()));
    receivers.push(await receive('sized', SIZED));
    receivers.push(await receive('encoded', SMALL));
    const output = { kind: 'package' as const, packageChannelId: 'hls', renditions: [makeRendition()] };
    await engine.startChannel({ channelId: 'hls', inputAddress: ADDRESS, output });
    await until(
      'all to be on air',
      () =>
        engine.report().channels.length === 6 && engine.report().channels.every(({ state }) => state === 'publishing'),
    );
    await until(
      'both encoders',
      () => listener('main')?.state === 'connected' && listener('backup')?.state === 'connected',
    );
    await until('every file to grow', () => receivers.every(({ path }) => existsSync(path) && statSync(path).size > 0));
    await setTimeout(2_000);
    return receivers;
  }

  /** Measures the longest time in which a receiver's file did not grow, while something is done. */
  async function longestGaps(receivers: Receiver[], action: () => Promise<void>): Promise<number[]> {
    const sizes = receivers.map(({ path }) => statSync(path).size);
    const grewAtMs = receivers.map(() => performance.now());
    const gaps = receivers.map(() => 0);
    const state = { isDone: false };
    const watching = (async () => {
      while (!state.isDone) {
        receivers.forEach(({ path }, index) => {
          const { size } = statSync(path);
          const nowMs = performance.now();
          gaps[index] = Math.max(gaps[index]!, nowMs - grewAtMs[index]!);
          if (size > sizes[index]!) grewAtMs[index] = nowMs;
          sizes[index] = size;
        });
        await setTimeout(10);
      }
    })();
    await action();
    await setTimeout(1_500);
    state.isDone = true;
    await watching;
    return gaps;
  }

  function expectDecodable(receiver: Receiver): void {
    expect(`${receiver.channelId}: ${decodeErrors(receiver.path)}`).toBe(`${receiver.channelId}: `);
    const times = receiver.pictures().map(({ timestampMs }) => timestampMs);
    const back = times.findIndex((time, index) => index > 0 && time <= times[index - 1]!);
    expect(back === -1 ? 'ascending' : `${receiver.channelId} at ${back}: ${times.slice(back - 3, back + 3)}`).toBe(
      'ascending',
    );
  }

  it('has pictures of both sources, each its own, and none of a source that is silent', async () => {
    const picture = async (name?: ListenerName) => {
      const taken = await engine.fetchSourcePicture('flow', name);
      return taken && readJpegSize(taken.jpeg).width;
    };
    const [MAIN, OTHER] = [640, 480];
    const stopMain = send('main', clip);
    await until('the main picture', async () => (await picture('main')) === MAIN);
    expect(await picture('backup')).toBeNull();
    send('backup', otherClip);
    await until('the picture of the standby', async () => (await picture('backup')) === OTHER);
    expect([await picture(), await picture('main'), isSelected('main')()]).toEqual([MAIN, MAIN, true]);

    await engine.startFlow({ ...source, preferred: 'backup' });
    await until('the backup in use', isSelected('backup'));
    // Never the picture that was kept of the other source.
    expect([null, OTHER]).toContain(await picture('backup'));
    const areBothThere = async () =>
      isSelected('backup')() && (await picture()) === OTHER && (await picture('main')) === MAIN;
    await until('both pictures after the change', areBothThere);

    await engine.rehearse({ ...NOTHING_REHEARSED, lostFlowArns: ['flow'] });
    expect([await picture('main'), await picture('backup')]).toEqual([null, null]);
    await engine.rehearse(NOTHING_REHEARSED);
    // Whichever delivers first is in use, until the preferred one has delivered for a while.
    await until('both pictures after the loss', areBothThere);
    await stopMain('SIGKILL');
    await until('the standby to be silent', () => listener('main')?.state === 'listening');
    expect([await picture('main'), await picture()]).toEqual([null, OTHER]);
  });

  it.each([
    ['the same format, after a power cut', () => clip, 'SIGKILL'],
    ['another format, after a clean end', () => otherClip, 'SIGTERM'],
  ] as const)('continues six destinations with a backup of %s, and back', async (_what, backupClip, signal) => {
    const stopMain = send('main', clip);
    await until('the main encoder', () => listener('main')?.state === 'connected');
    send('backup', backupClip());
    const receivers = await goOnAir();
    expect(isSelected('main')()).toBe(true);

    const there = await longestGaps(receivers, async () => {
      await stopMain(signal);
      await until('the backup in use', isSelected('backup'));
    });
    send('main', clip);
    await until('main to be back', () => listener('main')?.state === 'connected');
    await setTimeout(1_500);
    expect(isSelected('backup')()).toBe(true);
    const back = await longestGaps(receivers, async () => {
      await engine.startFlow({ ...source, preferred: 'main' });
      await until('main in use', isSelected('main'));
    });
    // The one that takes no other size has to wait for its encoder.
    const waits = receivers.map(({ channelId }) => channelId === 'sized' && backupClip() === otherClip);
    expect(Math.max(...[...there, ...back].filter((_gap, index) => !waits[index % waits.length]))).toBeLessThan(
      GAP_MS_MAX,
    );
    expect(report().failoverSwitches).toBe(2);
    expect(engine.report().channels.map(({ reconnects }) => reconnects)).toEqual([0, 0, 0, 0, 0, 0]);
    await engine.stopFlow('flow');
    for (const { channelId } of receivers) await engine.stopChannel(channelId);
    for (const receiver of receivers) expectDecodable(receiver);
    expect(sizesOf(receivers.find(({ channelId }) => channelId === 'sized')!)).toEqual(['640x360']);
  });
});

/** Returns the sizes of the decoded pictures, each once, in the order of their first. */
function sizesOf({ path }: Receiver): string[] {
  const show = ['-v', 'info', '-i', path, '-map', '0:v', '-noautoscale', '-vf', 'showinfo', '-f', 'null', '-'];
  const { stderr } = spawnSync(ffmpeg, ['-hide_banner', '-nostdin', ...show], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return [...new Set([...stderr.matchAll(/ s:(\d+x\d+) /g)].map(([, size]) => size!))];
}
