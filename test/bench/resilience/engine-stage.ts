/**
 * A media engine with two SRT listeners whose destinations are received by ffmpeg, for the measurements of failover,
 * slate and recording.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type {
  ChannelReport,
  FlowSource,
  InputLoss,
  ListenerName,
  MediaEngine,
  Rendition,
} from '../../../infra/local/engine/contract.ts';
import { silentLogger } from '../../../infra/local/engine/engine-logger.ts';
import { createMediaEngine } from '../../../infra/local/engine/media-engine.ts';
import { receiveWithFfmpeg } from '../../support/ffmpeg-receiver.ts';
import { descendantsOf, findFreeUdpPort } from '../../support/product.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { sendSrt } from '../../support/srt-sender.ts';
import { decodeErrors, makeRendition, until } from '../../support/test-media.ts';
import { owe, sleep, watch } from '../child-processes.ts';
import { readCpuSeconds } from '../media/process-cpu.ts';
import { openArrivalTap, type ArrivalTap } from './arrival-tap.ts';

const ADDRESS = '10.0.0.1:5000';
const FLOW = 'flow';
const START_LIMIT_MS = 60_000;
const AFTER_MS = 2_000;
const ENDED = 'SIGKILL';

export interface EngineStage {
  engine: MediaEngine;
  source: FlowSource;
  /** Starts an encoder that plays the file. @returns a function that ends it like a power cut */
  send(listener: ListenerName, path: string): () => Promise<void>;
  /** Starts a destination and its receiver. @returns the FLV file that the receiver writes */
  receive(channelId: string, options: { rendition?: Rendition; inputLoss?: InputLoss }): Promise<string>;
  /** Starts the HLS package, without encoding. */
  package(packageChannelId: string): Promise<void>;
  channels(): ChannelReport[];
  isConnected(listener: ListenerName): boolean;
  isSelected(listener: ListenerName): boolean;
  /**
   * Does something and returns, for each destination, the longest time in which nothing arrived, meanwhile and in the
   * two seconds after, in milliseconds.
   */
  longestGapsMs(action: () => Promise<void>): Promise<number[]>;
  /** Waits until every channel sends and every file grows. */
  untilOnAir(paths: readonly string[]): Promise<void>;
  /** Share of a core that the engine's processes use during some seconds, in percent. */
  measurePercent(seconds: number): Promise<number>;
  /** Resident memory of the engine's process in MB. */
  memoryMegabytes(): number;
  close(): Promise<void>;
}

/** Starts the engine below a directory, with an output for copying. */
export async function openEngineStage(directory: string): Promise<EngineStage> {
  const dataDirectory = join(directory, 'engine');
  mkdirSync(dataDirectory, { recursive: true });
  const ffmpegPath = findRehearsalFfmpeg();
  const engine = await createMediaEngine({
    ...{ ffmpegPath, dataDirectory, logger: silentLogger, loopbackTargetsAllowed: true },
  });
  const listener = { listenHost: '127.0.0.1', latencyMs: 120 };
  const source: FlowSource = {
    ...{ flowArn: FLOW, ingestPort: await findFreeUdpPort(), ...listener },
    backup: { ingestPort: await findFreeUdpPort(), ...listener },
  };
  const taps: ArrivalTap[] = [];
  const endings: (() => Promise<void> | void)[] = [];
  const close = owe(async () => {
    await engine.close();
    for (const end of endings.toReversed()) await end();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  await engine.startFlow(source);
  await engine.setFlowOutputs(FLOW, [ADDRESS]);
  const listenerReport = (name: ListenerName) =>
    engine.report().sources[0]?.listeners?.find((each) => each.name === name);
  const enginePid = () =>
    descendantsOf(process.pid).find(({ command }) => command.includes('engine-process'))?.pid ?? Number.NaN;

  return {
    engine,
    source,
    send(name, path) {
      const port = name === 'main' ? source.ingestPort : source.backup!.ingestPort;
      const stop = sendSrt(ffmpegPath, path, port, null);
      endings.push(() => stop(ENDED));
      return () => stop(ENDED);
    },
    async receive(channelId, { rendition = makeRendition(), inputLoss }) {
      const receiver = await receiveWithFfmpeg(ffmpegPath, join(dataDirectory, `${channelId}.flv`));
      watch(receiver.process);
      const tap = await openArrivalTap(receiver.url);
      taps.push(tap);
      endings.push(() => {
        tap.close();
        receiver.process.kill(ENDED);
      });
      const output = { kind: 'rtmp' as const, url: tap.url, streamKey: 'key', verifyCertificate: true };
      const run = {
        channelId,
        inputAddress: ADDRESS,
        output: { ...output, rendition, ...(inputLoss && { inputLoss }) },
      };
      await engine.startChannel(run);
      return receiver.path;
    },
    async package(packageChannelId) {
      const output = { kind: 'package' as const, packageChannelId, renditions: [makeRendition()] };
      await engine.startChannel({ channelId: packageChannelId, inputAddress: ADDRESS, output });
    },
    channels: () => engine.report().channels,
    isConnected: (name) => listenerReport(name)?.state === 'connected',
    isSelected: (name) => listenerReport(name)?.isSelected === true,
    async longestGapsMs(action) {
      const readings = taps.map((tap) => tap.measure());
      await action();
      await sleep(AFTER_MS);
      return readings.map((read) => read());
    },
    async untilOnAir(paths) {
      const isSending = () => engine.report().channels.every(({ state }) => state === 'publishing');
      await until('every channel to send', () => engine.report().channels.length > 0 && isSending(), START_LIMIT_MS);
      const grows = (path: string) => existsSync(path) && statSync(path).size > 0;
      await until('every file to grow', () => paths.every(grows), START_LIMIT_MS);
    },
    async measurePercent(seconds) {
      const read = () => ({ cpu: readCpuSeconds([enginePid()]), atMs: performance.now() });
      const before = read();
      await sleep(seconds * 1000);
      const after = read();
      return ((after.cpu - before.cpu) / (after.atMs - before.atMs)) * 100_000;
    },
    memoryMegabytes() {
      const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${enginePid()}/status`, 'utf8')) ?? [];
      return Number(kilobytes) / 1024;
    },
    close,
  };
}

/** Decodes what the receivers wrote and prints ffmpeg's first complaint about each. @returns how many have one */
export function countDamaged(paths: readonly string[], print: (line: string) => void): number {
  const complaints = paths
    .map((path) => ({ path, complaint: decodeErrors(path) }))
    .filter(({ complaint }) => complaint);
  for (const { path, complaint } of complaints) print(`${basename(path)}: ${complaint.split('\n')[0]}`);
  return complaints.length;
}
