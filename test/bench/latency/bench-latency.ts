/**
 * Measures the latency that the path from the SRT source to the platform adds to SRT's own. One sender sends the same
 * bytes at the same moment to several SRT listeners: the whole product, a bare listener that discards the bytes, and
 * common alternatives. The added latency is the difference between a picture's arrival at the receiver and its exit
 * from the bare listener. Both paths include an ffmpeg of the same kind.
 */
import { fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findFreeUdpPort } from '../../support/product.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { waitFor } from '../../support/wait-for.ts';
import { endProcess, nextMessage, owe, sleep, watch } from '../child-processes.ts';
import { FRAMES_PER_SECOND } from '../media/bench-media.ts';
import { findNginx, startNginx } from '../media/nginx.ts';
import { startBenchProduct } from '../product/bench-product.ts';
import { median, percentile, toSpread } from '../statistics.ts';
import { matchPassages } from './passages.ts';
import type { ChildProcess } from 'node:child_process';
import type { BenchMedia } from '../media/bench-media.ts';
import type { Outcome, Row } from '../outcome.ts';
import type { SenderSetup } from './paced-sender-process.ts';
import type { Passage } from './passages.ts';
import type { TapSetup } from './srt-tap-process.ts';

export interface LatencyOptions {
  seconds: number;
  print: (line: string) => void;
}

const SRT_LATENCY_MS = 120;
const SETTLE_MS = 4_000;
/** Time for pictures still in transit when the measurement ends. */
const TAIL_MS = 1_000;

/** Runs all paths at the same time. */
export async function benchLatency(media: BenchMedia, { seconds, print }: LatencyOptions): Promise<Outcome> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const ffmpegPath = findRehearsalFfmpeg();
    const startTap = (file: string, setup?: SenderSetup | TapSetup) => {
      const child = watch(fork(join(import.meta.dirname, file), setup ? [JSON.stringify(setup)] : []));
      undo.push(() => endProcess(child, () => child.disconnect()));
      return child;
    };
    const rtmpTap = startTap('rtmp-tap-process.ts');
    const { baseUrl } = await nextMessage<{ baseUrl: string }>(rtmpTap, (message) => 'baseUrl' in message);
    // The other paths do not encrypt either.
    const plain = { SRT_PASSPHRASE: 'none', SRT_LATENCY_MS: String(SRT_LATENCY_MS) };
    const bench = await startBenchProduct(plain);
    undo.push(bench.stop);

    const names = ['sluice', 'ffmpeg'];
    const listenerPorts = [bench.ports.srt, await findFreeUdpPort()];
    startPlainFfmpeg(undo, listenerPorts[1]!, `${baseUrl}/live/ffmpeg`);
    if (findNginx()) {
      const nginx = await startNginx([`${baseUrl}/live/nginx`]);
      undo.push(nginx.stop);
      names.push('nginx');
      listenerPorts.push(await findFreeUdpPort());
      startPlainFfmpeg(undo, listenerPorts[2]!, nginx.publishUrl);
    } else print('nginx-rtmp: not installed, skipped');
    const tapPort = await findFreeUdpPort();
    const srtTap = startTap('srt-tap-process.ts', { ffmpegPath, port: tapPort, latencyMs: SRT_LATENCY_MS });
    const sender = startTap('paced-sender-process.ts', {
      ...{ ffmpegPath, transportStreamPath: media.longTransportStreamPath },
      ...{ ports: [tapPort, ...listenerPorts], latencyMs: SRT_LATENCY_MS },
    });

    await bench.untilFed();
    const path = await bench.addDestination(`${baseUrl}/live`, 'sluice');
    await bench.untilDone((await bench.ask(path, 'start')).operationPath);
    const arrivals = async () => (await readTap<Record<string, Passage[]>>(rtmpTap)) ?? {};
    await waitFor('all paths to carry pictures', async () => {
      const seen = await arrivals();
      return names.every((name) => (seen[name]?.length ?? 0) > FRAMES_PER_SECOND);
    });
    await sleep(SETTLE_MS);
    const sinceMs = Number(process.hrtime.bigint()) / 1e6;
    await sleep(seconds * 1000 + TAIL_MS);

    const sent = await readTap<Passage[]>(sender);
    const left = (await readTap<Passage[]>(srtTap)).filter(
      ({ atMs }) => atMs >= sinceMs && atMs < sinceMs + seconds * 1000,
    );
    const own = matchPassages(left, sent).map((before) => -before);
    const arrived = await arrivals();
    const addedMs = names.map((name) => matchPassages(left, arrived[name] ?? []));
    print(`SRT's own latency, ${SRT_LATENCY_MS} ms requested: ${describe(own)}`);
    return {
      rows: names.map((name, index) => toRow(name, addedMs[index]!, own)),
      gates: [{ name: 'pictures that did not arrive', value: left.length - addedMs[0]!.length, limit: 0 }],
    };
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}

/** Starts the usual manual setup: SRT in, RTMP out, nothing decoded. */
function startPlainFfmpeg(undo: (() => Promise<void>)[], port: number, url: string): void {
  const from = `srt://127.0.0.1:${port}?mode=listener&latency=${SRT_LATENCY_MS * 1000}`;
  const args = ['-hide_banner', '-nostdin', '-loglevel', 'quiet', '-i', from, '-c', 'copy', '-f', 'flv', url];
  const child = watch(spawn(findRehearsalFfmpeg(), args, { stdio: 'ignore' }));
  undo.push(owe(() => endProcess(child, () => child.kill('SIGKILL'))));
}

async function readTap<Passages>(child: ChildProcess): Promise<Passages> {
  const answered = nextMessage<{ passages: Passages }>(child, (message) => 'passages' in message);
  child.send('passages');
  return (await answered).passages;
}

const TITLES: Record<string, string> = {
  sluice: 'Sluice, the whole product',
  ffmpeg: 'plain ffmpeg -c copy',
  nginx: 'ffmpeg -c copy and nginx-rtmp push',
};

function toRow(name: string, addedMs: number[], own: number[]): Row {
  const isOurs = name === 'sluice';
  return {
    figure: `latency added to SRT’s own: ${TITLES[name]}`,
    measured: describe(addedMs),
    ...(isOurs ? { compared: `SRT’s own: median ${median(own).toFixed(0)} ms`, aim: '≤ 20 ms' } : {}),
  };
}

function describe(values: number[]): string {
  const { min, median: middle, max } = toSpread(values);
  const late = percentile(values, 0.95);
  return `median ${middle.toFixed(1)} ms, 95 % within ${late.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`;
}
