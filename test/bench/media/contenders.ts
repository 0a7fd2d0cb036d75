/**
 * The ways of fanning out one stream that the benchmark compares. Each starts N destinations and can be measured and
 * stopped.
 */
import { fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { engineArguments } from '../../../infra/local/engine/engine-arguments.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { endProcess, nextMessage, watch } from '../child-processes.ts';
import { findNginx, startNginx } from './nginx.ts';
import type { ChildProcess } from 'node:child_process';
import type { BenchMedia } from './bench-media.ts';
import type { HubAnswer, HubRequest, HubSetup } from './hub-process.ts';
import type { ReceiverSummary } from './receiver-process.ts';
import type { PipelineReport } from '../../../infra/local/engine/contract.ts';

export interface Contender {
  name: string;
  /** Returns null if it can run here, otherwise the reason. */
  missing(): string | null;
  start(media: BenchMedia, urls: string[]): Promise<RunningContender>;
}

export interface RunningContender {
  /** The processes that carry the stream to the destinations. */
  fanOutProcessIds: number[];
  /** The processes that bring the stream to it, if they are separate. */
  ingestProcessIds: number[];
  /** When the destinations were requested, in ms since the epoch. */
  startedAtMs: number;
  reports(): Promise<PipelineReport[]>;
  stop(): Promise<void>;
}

const HUB_PROCESS = join(import.meta.dirname, 'hub-process.ts');
const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'error'];

/** Reads a file in real time, in a loop, as a transport stream, like the output of the engine's ingest. */
export function playTransportStream(path: string): string[] {
  const play = ['-re', '-stream_loop', '-1', '-i', path, '-c', 'copy', '-f', 'mpegts', '-flush_packets', '1', 'pipe:1'];
  return [findRehearsalFfmpeg(), ...QUIET, ...play];
}

/** Plays the file with stamped pictures. */
export function playStamped(path: string): string[] {
  return [process.execPath, join(import.meta.dirname, 'stamped-source.ts'), path];
}

/** The engine's publishers in one process. */
export function makeNativeContender(setup: (media: BenchMedia) => HubSetup): Contender {
  return {
    name: 'Sluice',
    missing: () => null,
    async start(media, urls) {
      const hub = watch(fork(HUB_PROCESS, [JSON.stringify(setup(media))], { execArgv: engineArguments([]) }));
      const ask = <Type extends HubAnswer['type']>(type: Type, request?: HubRequest) => {
        const answered = nextMessage<Extract<HubAnswer, { type: Type }>>(hub, (message) => message.type === type);
        if (request) hub.send(request);
        return answered;
      };
      const { feedProcessId } = await ask('ready');
      const { atMs } = await ask('published', { type: 'publish', urls });
      return {
        // The feed is a child of the hub; the measurement subtracts it.
        fanOutProcessIds: [hub.pid!],
        ingestProcessIds: [feedProcessId],
        startedAtMs: atMs,
        reports: async () => (await ask('report', { type: 'report' })).publishers,
        async stop() {
          await ask('stopped', { type: 'stop' });
          await endProcess(hub, () => hub.disconnect());
        },
      };
    },
  };
}

/** One plain ffmpeg per destination, each copying from the file: without ingest, the cheapest way to use it. */
export const plainFfmpeg: Contender = {
  name: 'ffmpeg -c copy',
  missing: () => null,
  async start(media, urls) {
    const startedAtMs = Date.now();
    const children = urls.map((url) => {
      const args = ['-re', '-stream_loop', '-1', '-i', media.flvPath, '-c', 'copy', '-f', 'flv', url];
      return watch(spawn(findRehearsalFfmpeg(), [...QUIET, ...args], { stdio: 'ignore' }));
    });
    return running(children, [], startedAtMs);
  },
};

/** ffmpeg copying from a pipe with stamped pictures, for latency. */
export const pipedFfmpeg: Contender = {
  name: 'ffmpeg -c copy',
  missing: () => null,
  async start(media, urls) {
    const startedAtMs = Date.now();
    const [command, ...args] = playStamped(media.flvPath);
    const source = watch(spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
    const child = spawn(
      findRehearsalFfmpeg(),
      [
        '-hide_banner',
        '-loglevel',
        'quiet',
        '-f',
        'flv',
        '-i',
        'pipe:0',
        '-c',
        'copy',
        '-f',
        'flv',
        '-flush_packets',
        '1',
        urls[0]!,
      ],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    child.stdin.on('error', () => {});
    source.stdout.pipe(child.stdin);
    return running([watch(child)], [source], startedAtMs);
  },
};

/** nginx-rtmp with one static push per destination, fed by an ffmpeg. */
export const nginxRtmp: Contender = {
  name: 'nginx-rtmp push',
  missing: () => (findNginx() ? null : 'not installed, skipped'),
  async start(media, urls) {
    const startedAtMs = Date.now();
    const nginx = await startNginx(urls);
    const args = ['-re', '-stream_loop', '-1', '-i', media.flvPath, '-c', 'copy', '-f', 'flv', nginx.publishUrl];
    const feed = watch(spawn(findRehearsalFfmpeg(), [...QUIET, ...args], { stdio: 'ignore' }));
    return {
      ...running([], [feed], startedAtMs),
      fanOutProcessIds: [nginx.processId],
      async stop() {
        await endProcess(feed, () => feed.kill('SIGKILL'));
        await nginx.stop();
      },
    };
  },
};

function running(fanOut: ChildProcess[], ingest: ChildProcess[], startedAtMs: number): RunningContender {
  return {
    fanOutProcessIds: fanOut.map(({ pid }) => pid!),
    ingestProcessIds: ingest.map(({ pid }) => pid!),
    startedAtMs,
    reports: async () => [],
    async stop() {
      await Promise.all([...fanOut, ...ingest].map((child) => endProcess(child, () => child.kill('SIGKILL'))));
    },
  };
}

export interface BenchReceiver {
  baseUrl: string;
  summary(): Promise<ReceiverSummary>;
  stop(): Promise<void>;
}

/** Starts a receiver in a separate process. */
export async function startBenchReceiver(): Promise<BenchReceiver> {
  const child = watch(fork(join(import.meta.dirname, 'receiver-process.ts')));
  const { baseUrl } = await nextMessage<{ baseUrl: string }>(child, (message) => 'baseUrl' in message);
  return {
    baseUrl,
    async summary() {
      const answered = nextMessage<ReceiverSummary>(child, (message) => 'sessions' in message);
      child.send('summary');
      return answered;
    },
    stop: () => endProcess(child, () => child.disconnect()),
  };
}
