/**
 * `npm run bench:api`: how quickly the API answers, whether it withstands a storm of starts, and what memory it takes.
 * Counts and memory can fail the run; rates cannot, because they depend on the machine, so each is shown beside a bare
 * Hono server that answers with the same bytes in the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchChromium } from '../../browser/launch-chromium.ts';
import { findRehearsalFfmpeg } from '../../support/rehearsal-media.ts';
import { makeClip, sendSrt } from '../../support/srt-sender.ts';
import { owe } from '../child-processes.ts';
import type { Outcome } from '../outcome.ts';
import { startBenchProduct, type BenchProduct } from '../product/bench-product.ts';
import { startBenchReceiver } from '../media/contenders.ts';
import { runParts } from '../run-parts.ts';
import { signIn } from '../web/signed-in.ts';
import { startBareServer } from './bare-server.ts';
import { benchMemory } from './bench-memory.ts';
import { benchPaced } from './bench-paced.ts';
import { benchReads } from './bench-reads.ts';
import { benchStorm } from './bench-storm.ts';
import { addDestinations, listGroup } from './destinations.ts';

const PARALLEL = 64;
/** 20 requests a second for an hour. */
const HOUR_OF_REQUESTS = 72_000;
const print = (line: string) => console.error(`  ${line}`);

const PARTS = {
  reads: benchManyReads,
  storm: benchFullFlow,
  memory: benchManyRequests,
  hour: benchHour,
} as const;
type PartName = keyof typeof PARTS;
/** `hour` takes one, so it runs only when it is asked for. */
const USUAL_PARTS: PartName[] = ['reads', 'storm', 'memory'];

const HELP = `npm run bench:api [-- --only <part> --quick]

Starts Sluice on free ports and prints one Markdown table. Linux only, because it reads /proc. Takes about ten minutes.
Ends with 1 when a call fails, a destination is left where it was not wanted, or memory exceeds its limit.

  --only <part>  one part; may be repeated
                 reads   list and flow status, ${PARALLEL} at a time with 500 destinations, beside a bare Hono server
                 storm   start and stop of 100 destinations on a flow with room for 50
                 memory  resident memory after ${HOUR_OF_REQUESTS} requests, as 20 a second make in an hour
                 hour    resident memory during a real hour: 200 destinations, 10 of them on air, a page open,
                         20 requests a second. Not part of the usual run
  --quick        few requests: shows that everything works, no figures to quote
  --help         this
`;

async function benchManyReads(isQuick: boolean): Promise<Outcome> {
  const bench = await startBenchProduct();
  const bare = await startBareServer();
  await addDestinations(bench, {
    count: isQuick ? 50 : 500,
    group: 'reads',
    rtmpUrl: 'rtmp://127.0.0.1:65535/live',
    standby: 'cold',
  });
  const outcome = await benchReads(bench, bare, {
    rounds: isQuick ? 1 : 3,
    secondsPerRound: isQuick ? 1 : 8,
    parallel: PARALLEL,
    print,
  });
  await bare.stop();
  await bench.stop();
  return outcome;
}

async function benchFullFlow(isQuick: boolean): Promise<Outcome> {
  const bench = await startBenchProduct();
  const outcome = await benchStorm(bench, { destinations: isQuick ? 20 : 100, rounds: 2, parallel: PARALLEL, print });
  await bench.stop();
  return outcome;
}

async function benchManyRequests(isQuick: boolean): Promise<Outcome> {
  const bench = await startBenchProduct();
  await addDestinations(bench, {
    count: isQuick ? 20 : 190,
    group: 'idle',
    rtmpUrl: 'rtmp://127.0.0.1:65535/live',
    standby: 'cold',
  });
  await addDestinations(bench, {
    count: 10,
    group: 'running',
    rtmpUrl: 'rtmp://127.0.0.1:65535/live',
    standby: 'cold',
  });
  await startAll(bench, 'running');
  const outcome = await benchMemory(bench, {
    requests: isQuick ? 600 : HOUR_OF_REQUESTS,
    parallel: 8,
    idleSeconds: isQuick ? 1 : 30,
    print,
  });
  await bench.stop();
  return outcome;
}

async function benchHour(isQuick: boolean): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-hour-'));
  const removeDirectory = owe(() => rmSync(directory, { recursive: true, force: true }));
  const clip = join(directory, 'clip.ts');
  const size = { width: 1280, height: 720, framesPerSecond: 30 };
  await makeClip(findRehearsalFfmpeg(), clip, { ...size, seconds: 20, videoBitrate: '2500k', bFrames: 0 });
  const bench = await startBenchProduct();
  const receiver = await startBenchReceiver();
  const stopSender = owe(sendSrt(findRehearsalFfmpeg(), clip, bench.ports.srt));
  await bench.untilFed();
  const standby = 'cold' as const;
  await addDestinations(bench, {
    count: isQuick ? 20 : 190,
    group: 'idle',
    rtmpUrl: `${receiver.baseUrl}/live`,
    standby,
  });
  await addDestinations(bench, { count: 10, group: 'running', rtmpUrl: `${receiver.baseUrl}/live`, standby });
  await startAll(bench, 'running');
  const browser = await launchChromium();
  const closeBrowser = owe(() => browser.close());
  const signedIn = await signIn(browser, bench.product.origin);
  const outcome = await signedIn.withPage(async (page) => {
    await page.goto(bench.product.origin);
    await page.locator('[data-row]').first().waitFor();
    return benchPaced(bench, {
      minutes: isQuick ? 1 : 60,
      requestsPerSecond: 20,
      page,
      readPictures: async () =>
        (await receiver.summary()).sessions.reduce((sum, { videoFrames }) => sum + videoFrames, 0),
      print,
    });
  });
  await closeBrowser();
  await stopSender();
  await receiver.stop();
  await bench.stop();
  await removeDirectory();
  return outcome;
}

async function startAll(bench: BenchProduct, group: string): Promise<void> {
  await bench.product.call('POST', '/api/destinations/start', { group, withoutEncoder: true });
  for (;;) {
    const all = await listGroup(bench, group);
    if (all.every(({ status }) => status === 'running')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

await runParts({ help: HELP, parts: PARTS, usual: USUAL_PARTS });
