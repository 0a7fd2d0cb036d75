import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPlatformProcess, type PlatformProcess } from '../../support/platform-process.ts';
import { findFreeTcpPort } from '../../support/product.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { makeClip, sendSrt } from '../../support/srt-sender.ts';
import { waitFor } from '../../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { owe } from '../child-processes.ts';
import type { Outcome } from '../outcome.ts';
import type { BenchProduct } from '../product/bench-product.ts';
import { describeSpread, percentile, toSpread } from '../statistics.ts';

/** Causes real faults with real media, and measures when the webhook about each arrives. */

const SOURCE = { width: 640, height: 360, framesPerSecond: 30, seconds: 20, videoBitrate: '1500k', bFrames: 0 };
/** The hold time of both rules, which is subtracted. */
const HOLD_SECONDS = 2;
const AIM_SECONDS = 3;
/** A little more than incident-signals.ts has. */
const START_GRACE_SECONDS = 16;
const FIGURE = 'to the received webhook, without the hold time';
const LONG = { limitMs: 120_000 };

interface Show {
  bench: BenchProduct;
  receiver: WebhookReceiver;
  platform: PlatformProcess;
  platformPort: number;
  /** Path of the destination. */
  path: string;
  startEncoder(): ReturnType<typeof sendSrt>;
  stopEncoder: ReturnType<typeof sendSrt>;
}

/** A way to break something. `cause` returns the moment of the fault in ms since the epoch. */
interface Fault {
  name: string;
  rule: string;
  cause(show: Show): Promise<number>;
  repair(show: Show): Promise<void>;
}

const repairEncoder = async (show: Show) => void (show.stopEncoder = show.startEncoder());

const FAULTS: Fault[] = [
  {
    name: 'the encoder ends its connection',
    rule: 'source_lost',
    async cause(show) {
      await show.stopEncoder();
      return Date.now();
    },
    repair: repairEncoder,
  },
  {
    name: 'the encoder is killed without a word',
    rule: 'source_lost',
    async cause(show) {
      await show.stopEncoder('SIGKILL');
      return Date.now();
    },
    repair: repairEncoder,
  },
  {
    name: 'the platform is killed',
    rule: 'destination_not_delivering',
    async cause(show) {
      await show.platform.kill();
      return Date.now();
    },
    // The publisher pauses longer after each lost connection; another start connects at once.
    async repair(show) {
      show.platform = await startPlatformProcess(show.platformPort);
      await goOnAir(show, ['stop', 'start']);
    },
  },
];

/** Causes each fault so many times. Times are shown and never fail the run. */
export async function benchCallsLocally(
  bench: BenchProduct,
  { faults, print }: { faults: number; print: (line: string) => void },
): Promise<Outcome> {
  const show = await startShow(bench);
  const all: Call[] = [];
  const rows = [];
  for (const fault of FAULTS) {
    const calls: Call[] = [];
    for (let count = 0; count < faults; count++) calls.push(await callOf(show, fault));
    const listed = (part: (call: Call) => number) => calls.map((call) => part(call).toFixed(1)).join(' ');
    print(`${fault.name}: ${listed(totalOf)} s`);
    print(
      `  of it noticed ${listed(({ toNotice }) => toNotice)}; opened ${listed(({ toOpen }) => toOpen)}; ` +
        `arrived ${listed(({ toArrive }) => toArrive)}`,
    );
    rows.push({ figure: `${fault.name}: ${FIGURE}`, ...toRow(calls) });
    all.push(...calls);
  }
  await endShow(show);
  return { rows: [{ figure: `${all.length} faults: ${FIGURE}`, ...toRow(all) }, ...rows], gates: [] };
}

function toRow(calls: readonly Call[]) {
  const seconds = calls.map(totalOf);
  const p95 = percentile(seconds, 0.95);
  return {
    measured: `${describeSpread(toSpread(seconds), 1)} s, 95 % within ${p95.toFixed(1)} s`,
    aim: `at most ${AIM_SECONDS} s`,
  };
}

async function startShow(bench: BenchProduct): Promise<Show> {
  const { ports } = bench;
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-incidents-'));
  owe(() => rmSync(directory, { recursive: true, force: true }));
  const ffmpeg = findRehearsalFfmpeg();
  const clip = join(directory, 'source.ts');
  await makeClip(ffmpeg, clip, SOURCE);
  const receiver = await startWebhookReceiver();
  const platformPort = await findFreeTcpPort();
  const rules = {
    source_lost: { holdSeconds: HOLD_SECONDS },
    destination_not_delivering: { holdSeconds: HOLD_SECONDS },
  };
  await send(bench, 'PUT', '/api/incident-rules', { rules });
  await send(bench, 'POST', '/api/notification-targets', { name: 'Desk', kind: 'webhook', url: `${receiver.origin}/` });
  const startEncoder = () => sendSrt(ffmpeg, clip, ports.srt);
  const path = await bench.addDestination(`rtmp://127.0.0.1:${platformPort}/live`, 'bench-incidents');
  const platform = await startPlatformProcess(platformPort);
  const show: Show = { bench, receiver, platform, platformPort, path, startEncoder, stopEncoder: startEncoder() };
  owe(() => endShow(show));
  await goOnAir(show, ['start']);
  return show;
}

/** Starts the destination and waits until a failure counts: a start that does not deliver yet is no trouble for a while. */
async function goOnAir(show: Show, requests: ('start' | 'stop')[]): Promise<void> {
  const { bench, path } = show;
  for (const request of requests) await bench.untilDone((await bench.ask(path, request)).operationPath);
  await isOnAir(show);
  await waitFor('the grace of the start to end', async () => {
    const { body } = await bench.product.call('GET', path);
    return Date.now() - Date.parse(body.runningSince) > 1000 * START_GRACE_SECONDS;
  });
}

async function endShow(show: Show): Promise<void> {
  await show.stopEncoder();
  await show.platform.kill();
  show.receiver.close();
}

async function send({ product }: BenchProduct, method: string, path: string, body: object): Promise<void> {
  const answer = await product.call(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

const isOnAir = ({ bench, path }: Show) =>
  waitFor('the destination to be on air', async () => (await bench.product.call('GET', path)).body.onAir, LONG);

/** How long one fault took to be noticed, to be an incident, and to arrive, in seconds. */
interface Call {
  toNotice: number;
  /** Without the hold time. */
  toOpen: number;
  toArrive: number;
}

const totalOf = ({ toNotice, toOpen, toArrive }: Call) => toNotice + toOpen + toArrive;

/** What the webhook says. */
interface Message {
  type: string;
  timestamp: string;
  data: { rule?: string; since: string };
}

/** Causes one fault, waits for the messages that it opened and that it is over, and repairs it. */
async function callOf(show: Show, { rule, cause, repair }: Fault): Promise<Call> {
  const before = show.receiver.received.length;
  const arrived = (type: string) =>
    waitFor(
      `${type} of ${rule}`,
      () =>
        show.receiver.received
          .slice(before)
          .map(({ body, atMs }) => ({ message: JSON.parse(body) as Message, atMs }))
          .find(({ message }) => message.type === type && message.data.rule === rule),
      LONG,
    );
  const causedAtMs = await cause(show);
  const { message, atMs } = await arrived('incident.opened');
  await repair(show);
  await arrived('incident.resolved');
  await isOnAir(show);
  const [sinceMs, openedAtMs] = [Date.parse(message.data.since), Date.parse(message.timestamp)];
  return {
    toNotice: (sinceMs - causedAtMs) / 1000,
    toOpen: (openedAtMs - sinceMs) / 1000 - HOLD_SECONDS,
    toArrive: (atMs - openedAtMs) / 1000,
  };
}
