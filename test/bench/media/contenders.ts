/** The ways to fan one stream out that the benchmark compares. Each starts N destinations and can be measured and stopped. */
import { fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import type { ChildProcess } from 'node:child_process';
import type { HubAnswer, HubRequest, HubSetup } from './hub-process.ts';
import type { ReceiverSummary } from './receiver-process.ts';
import type { RtmpPublisherReport } from '../../../infra/local/media/engine/rtmp/publisher.ts';

export interface Contender {
  name: string;
  /** Null when it can run here, else why not. */
  missing(): string | null;
  start(media: BenchMedia, urls: string[]): Promise<RunningContender>;
}

export interface RunningContender {
  /** What carries the stream to the destinations. */
  fanOutProcessIds: number[];
  /** What brings the stream to it, where that is a process of its own. */
  ingestProcessIds: number[];
  /** When the destinations were asked for, ms epoch. */
  startedAtMs: number;
  reports(): Promise<RtmpPublisherReport[]>;
  stop(): Promise<void>;
}

export interface BenchMedia {
  flvPath: string;
  transportStreamPath: string;
}

/** Whatever way this process ends, nothing it started stays behind. */
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

function watch<Child extends ChildProcess>(child: Child): Child {
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

const QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
const NGINX = '/usr/sbin/nginx';
const NGINX_RTMP_MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** Reads a file at its own pace, for ever, as transport stream: what the engine's ingest hands over. */
export function playTransportStream(path: string): string[] {
  const play = ['-re', '-stream_loop', '-1', '-i', path, '-c', 'copy', '-f', 'mpegts', '-flush_packets', '1', 'pipe:1'];
  return [findRehearsalFfmpeg(), ...QUIET, ...play];
}

/** Plays the file with stamped pictures. */
export function playStamped(path: string): string[] {
  return [process.execPath, join(import.meta.dirname, 'stamped-source.ts'), path];
}

/** The engine's own publishers, in one process. */
export function makeNativeContender(setup: (media: BenchMedia) => HubSetup): Contender {
  return {
    name: 'sluice',
    missing: () => null,
    async start(media, urls) {
      const hub = watch(fork(join(import.meta.dirname, 'hub-process.ts'), [JSON.stringify(setup(media))]));
      const ask = <Type extends HubAnswer['type']>(type: Type, request?: HubRequest) => {
        const answered = nextMessage<Extract<HubAnswer, { type: Type }>>(hub, (message) => message.type === type);
        if (request) hub.send(request);
        return answered;
      };
      const { feedProcessId } = await ask('ready');
      const { atMs } = await ask('published', { type: 'publish', urls });
      return {
        // The feed is a child of the hub; whoever measures subtracts it.
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

/** One plain ffmpeg per destination, each copying from the file: no ingest to pay for, the cheapest way to use it. */
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

/** nginx-rtmp with one static push per destination. */
export const nginxRtmp: Contender = {
  name: 'nginx-rtmp push',
  missing: () => (existsSync(NGINX) && existsSync(NGINX_RTMP_MODULE) ? null : 'not installed, skipped'),
  async start(media, urls) {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-nginx-'));
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const pushes = urls.map((url) => `push ${url};`).join('\n');
    writeFileSync(
      join(directory, 'nginx.conf'),
      `load_module ${NGINX_RTMP_MODULE};
daemon off; worker_processes 1; pid ${directory}/nginx.pid; error_log ${directory}/error.log;
events { worker_connections 2048; }
rtmp { server { listen 127.0.0.1:${port}; chunk_size 4096; application live { live on;
${pushes}
} } }`,
    );
    const startedAtMs = Date.now();
    const nginx = watch(spawn(NGINX, ['-p', directory, '-c', join(directory, 'nginx.conf')], { stdio: 'ignore' }));
    const args = ['-re', '-stream_loop', '-1', '-i', media.flvPath, '-c', 'copy', '-f', 'flv'];
    const retry = `until "$0" "$@"; do sleep 0.2; done`;
    const feed = spawn(
      'sh',
      ['-c', retry, findRehearsalFfmpeg(), ...QUIET, ...args, `rtmp://127.0.0.1:${port}/live/in`],
      {
        stdio: 'ignore',
        detached: true,
      },
    );
    const contender = running([nginx], [watch(feed)], startedAtMs);
    return {
      ...contender,
      async stop() {
        await endProcess(feed, () => process.kill(-feed.pid!, 'SIGKILL'));
        // The master takes its worker along only when asked politely.
        await endProcess(nginx, () => nginx.kill('SIGTERM'));
        rmSync(directory, { recursive: true, force: true });
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

/** Starts a receiver in a process of its own. */
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

function nextMessage<Message extends object>(
  child: ChildProcess,
  matches: (message: Message) => boolean,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      if (!matches(message as Message)) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message as Message);
    };
    const onExit = () => reject(new Error('a process of the benchmark ended too early'));
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

async function endProcess(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ask();
  await ended;
}
