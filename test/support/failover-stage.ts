/**
 * A flow with two listeners and six destinations on air, for tests of failover: three copies, one that takes the main
 * source's size only, one that is always encoded, and HLS. ffmpeg receives and judges.
 */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type {
  FlowSource,
  ListenerName,
  ListenerReport,
  MediaEngine,
  Rendition,
  SourceReport,
} from '../../infra/local/engine/contract.ts';
import { createTestEngine } from './engine-feeds.ts';
import { receiveWithFfmpeg, type FfmpegReceiver } from './ffmpeg-receiver.ts';
import { findFreeUdpPort } from './product.ts';
import { decodeErrors, findTestFfmpeg, makeRendition, makeTemporaryDirectory, until } from './test-media.ts';

const ADDRESS = '10.0.0.1:5000';
const BACKUP_PASSPHRASE = 'of-the-backup';
/**
 * A destination without a byte for this long is stuck. How short the gap is depends on the machine, so `npm run bench`
 * measures it.
 */
export const STUCK_AFTER_MS = 10_000;
const COPIES = 3;
const DESTINATIONS = COPIES + 3;
/** Takes the main source as it is, and no other size. */
const SIZED = makeRendition({ name: 'sized', width: 640, height: 360, videoBitrateBps: 20_000_000 });
const SMALL = makeRendition({ name: 'small', width: 320, height: 180, framesPerSecond: 15, videoBitrateBps: 200_000 });

export interface StageReceiver extends FfmpegReceiver {
  channelId: string;
}

/** Where an encoder calls. */
export interface StageListener {
  port: number;
  passphrase: string | null;
}

export interface FailoverStage {
  engine: MediaEngine;
  listenerOf(name: ListenerName): StageListener;
  report(): SourceReport;
  listener(name: ListenerName): ListenerReport | undefined;
  isSelected(name: ListenerName): boolean;
  /** Uses a listener whenever it delivers. */
  prefer(name: ListenerName): Promise<void>;
  /** Starts all destinations, and waits until each one records. */
  goOnAir(): Promise<StageReceiver[]>;
  /** Stops the flow and every destination, so that the recordings are whole. */
  goOffAir(): Promise<void>;
  /** Ends everything, and waits until no process of this test is left. */
  close(): Promise<void>;
}

/** Starts the engine and the flow. Encoders and destinations come later. */
export async function createFailoverStage(): Promise<FailoverStage> {
  const dataDirectory = makeTemporaryDirectory();
  const listening = { listenHost: '127.0.0.1', latencyMs: 120 };
  const backup = { ingestPort: await findFreeUdpPort(), ...listening, passphrase: BACKUP_PASSPHRASE };
  const source: FlowSource = { flowArn: 'flow', ingestPort: await findFreeUdpPort(), ...listening, backup };
  const engine = await createTestEngine(dataDirectory);
  const receivers: StageReceiver[] = [];
  const processes: ChildProcess[] = [];
  await engine.startFlow(source);
  await engine.setFlowOutputs('flow', [ADDRESS]);

  const report = (): SourceReport => engine.report().sources[0]!;
  const listener = (name: ListenerName) => report().listeners?.find((each) => each.name === name);

  async function receive(channelId: string, rendition: Rendition): Promise<void> {
    const receiver = await receiveWithFfmpeg(findTestFfmpeg()!, join(dataDirectory, `${channelId}.flv`));
    processes.push(receiver.process);
    const output = { kind: 'rtmp' as const, url: receiver.url, streamKey: 'key', verifyCertificate: true, rendition };
    await engine.startChannel({ channelId, inputAddress: ADDRESS, output });
    receivers.push({ ...receiver, channelId });
  }

  function areAllOnAir(): boolean {
    const { channels } = engine.report();
    return channels.length === DESTINATIONS && channels.every(({ state }) => state === 'publishing');
  }

  return {
    engine,
    listenerOf: (name) =>
      name === 'main'
        ? { port: source.ingestPort, passphrase: null }
        : { port: backup.ingestPort, passphrase: BACKUP_PASSPHRASE },
    report,
    listener,
    isSelected: (name) => listener(name)?.isSelected === true,
    prefer: (name) => engine.startFlow({ ...source, preferred: name }),
    async goOnAir() {
      for (let index = 0; index < COPIES; index += 1) await receive(`copy-${index}`, makeRendition());
      await receive('sized', SIZED);
      await receive('encoded', SMALL);
      const output = { kind: 'package' as const, packageChannelId: 'hls', renditions: [makeRendition()] };
      await engine.startChannel({ channelId: 'hls', inputAddress: ADDRESS, output });
      await until('all to be on air', areAllOnAir);
      const isThere = (name: ListenerName) => listener(name)?.state === 'connected';
      await until('both encoders', () => isThere('main') && isThere('backup'));
      const isRecording = ({ path }: StageReceiver) => existsSync(path) && statSync(path).size > 0;
      await until('every file to grow', () => receivers.every(isRecording));
      await setTimeout(2_000);
      return receivers;
    },
    async goOffAir() {
      await engine.stopFlow('flow');
      for (const { channelId } of receivers) await engine.stopChannel(channelId);
    },
    async close() {
      await engine.close();
      for (const each of processes) each.kill('SIGKILL');
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Measures the longest time in which each receiver's file did not grow, in milliseconds, while something is done. */
export async function longestGaps(receivers: StageReceiver[], action: () => Promise<unknown>): Promise<number[]> {
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

/** Expects that ffmpeg decodes a recording without a complaint, and that its times never step back. */
export function expectDecodable(receiver: StageReceiver): void {
  expect(`${receiver.channelId}: ${decodeErrors(receiver.path)}`).toBe(`${receiver.channelId}: `);
  const times = receiver.pictures().map(({ timestampMs }) => timestampMs);
  const back = times.findIndex((time, index) => index > 0 && time <= times[index - 1]!);
  const found = back === -1 ? 'ascending' : `${receiver.channelId} at ${back}: ${times.slice(back - 3, back + 3)}`;
  expect(found).toBe('ascending');
}

/** Returns the sizes of the decoded pictures, each once, in the order of their first. */
export function sizesOf({ path }: StageReceiver): string[] {
  const show = ['-v', 'info', '-i', path, '-map', '0:v', '-noautoscale', '-vf', 'showinfo', '-f', 'null', '-'];
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  const { stderr } = spawnSync(findTestFfmpeg()!, ['-hide_banner', '-nostdin', ...show], options);
  return [...new Set([...stderr.matchAll(/ s:(\d+x\d+) /g)].map(([, size]) => size!))];
}
