/** A thousand viewers beside ten running destinations: what the destinations and the dashboard notice of them. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { addDestinations, AUTHORIZED, listGroup } from '../api/destinations.ts';
import { applyLoad, countFailed, type LoadResult } from '../api/load.ts';
import { endProcess, nextMessage, owe, sleep, watch } from '../child-processes.ts';
import { readCpuSeconds } from '../media/process-cpu.ts';
import type { Outcome } from '../outcome.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { ArrivalsReport } from './arrivals-process.ts';
import { startLiveShow, type LiveShow } from './live-show.ts';
import type { CrowdReport, CrowdSetup } from './viewer-process.ts';

export interface CrowdOptions {
  viewers: number;
  destinations: number;
  /** Of each of the two parts of the measurement. */
  seconds: number;
  print: (line: string) => void;
}

/** What an open dashboard asks for, each this often per second and operator. */
const READS = { snapshot: '/api/snapshot', list: '/api/destinations?limit=200' };
const READS_PER_SECOND = 10;
const PAGES_PER_SECOND = 20;
const RAMP_SECONDS = 20;
const SLOWER_MAX = 1.5;
/** The longest step between two pictures of a source with 30 pictures per second that has lost none. */
const STEP_MS_MAX = 70;
const LONG = { limitMs: 120_000, everyMs: 500 };

interface Phase {
  reads: Record<keyof typeof READS, LoadResult>;
  arrivals: ArrivalsReport;
}

/** Measures without viewers, then with them. */
export async function benchCrowd(options: CrowdOptions): Promise<Outcome> {
  const { viewers, destinations, seconds, print } = options;
  const show = await startLiveShow({ viewersMax: 2 * viewers });
  const receiver = watch(fork(join(import.meta.dirname, 'arrivals-process.ts')));
  const { baseUrl } = await nextMessage<{ baseUrl: string }>(receiver, (message) => 'baseUrl' in message);
  const stopReceiver = owe(() => endProcess(receiver, () => receiver.disconnect()));
  await addDestinations(show, { count: destinations, group: 'crowd', rtmpUrl: `${baseUrl}/live`, standby: 'cold' });
  await show.product.call('POST', '/api/destinations/start', { group: 'crowd', withoutEncoder: true });
  await waitFor(
    'the destinations to run',
    async () => (await listGroup(show, 'crowd')).every(({ status }) => status === 'running'),
    LONG,
  );
  const readArrivals = () => askFor<ArrivalsReport>(receiver, 'arrivals');
  await waitFor('every destination to publish', async () => (await readArrivals()).connections >= destinations, LONG);

  const measure = async (): Promise<Phase> => {
    await readArrivals();
    const reads = await readDashboard(show, seconds);
    return { reads, arrivals: await readArrivals() };
  };
  print(`quiet for ${2 * seconds} s`);
  await measureOnceUnused(show);
  const quiet = await measure();
  const crowd = await startCrowd({
    ...{ origin: show.origin, slug: show.slug, viewers, pagesPerSecond: PAGES_PER_SECOND },
    rampSeconds: RAMP_SECONDS,
  });
  await sleep(RAMP_SECONDS * 1000);
  const { watching } = await crowd.report();
  print(`${viewers} viewers, ${watching} with media so far, for ${2 * seconds} s`);
  const before = { cpu: readCpuSeconds([show.audienceProcessId()]), atMs: performance.now() };
  const busy = await measure();
  const report = await crowd.report();
  const tookSeconds = (performance.now() - before.atMs) / 1000;
  const cpuPercent = ((readCpuSeconds([show.audienceProcessId()]) - before.cpu) / tookSeconds) * 100;
  await crowd.stop();
  await stopReceiver();
  await show.stop();
  return toOutcome({ ...options, quiet, busy, report, tookSeconds, cpuPercent });
}

/** The first answers of a process are slow, whatever comes later. */
async function measureOnceUnused(show: LiveShow): Promise<void> {
  await readDashboard(show, 5);
}

async function readDashboard({ product }: LiveShow, seconds: number): Promise<Phase['reads']> {
  const read = (path: string) =>
    applyLoad({
      origin: product.origin,
      parallel: 4,
      pace: { perSecond: READS_PER_SECOND },
      until: { seconds },
      requestOf: () => ({ path, headers: AUTHORIZED }),
    });
  return { snapshot: await read(READS.snapshot), list: await read(READS.list) };
}

async function startCrowd(setup: CrowdSetup) {
  const child = watch(fork(join(import.meta.dirname, 'viewer-process.ts')));
  child.send({ begin: setup });
  return {
    report: () => askFor<CrowdReport>(child, 'report'),
    stop: owe(() => endProcess(child, () => child.disconnect())),
  };
}

async function askFor<Answer extends { type: string }>(
  child: Parameters<typeof nextMessage>[0],
  type: Answer['type'],
): Promise<Answer> {
  const answered = nextMessage<Answer>(child, (message) => message.type === type);
  child.send('report');
  return answered;
}

interface Measured extends CrowdOptions {
  quiet: Phase;
  busy: Phase;
  report: CrowdReport;
  tookSeconds: number;
  /** Of the process that serves the pages. */
  cpuPercent: number;
}

function toOutcome(measured: Measured): Outcome {
  const { viewers, destinations, quiet, busy, report, tookSeconds, cpuPercent } = measured;
  const outcome: Outcome = { rows: [], gates: [] };
  const name = `${viewers} viewers`;
  for (const read of Object.keys(READS) as (keyof typeof READS)[]) {
    const [without, withThem] = [quiet.reads[read], busy.reads[read]];
    const ratio = withThem.p95Ms / without.p95Ms;
    outcome.rows.push({
      figure: `${name}, dashboard’s ${read}: 95 % within`,
      measured: `${withThem.p95Ms.toFixed(1)} ms`,
      compared: `${ratio.toFixed(2)} of the quiet value (${without.p95Ms.toFixed(1)} ms)`,
      aim: `at most ${SLOWER_MAX}`,
    });
    outcome.gates.push(
      { name: `${name}: ${read} against its quiet value`, value: ratio, limit: SLOWER_MAX },
      { name: `${name}: ${read} answers that were no success`, value: countFailed(withThem), limit: 0 },
    );
  }
  const failed = Object.values(report.failed).reduce((sum, count) => sum + count, 0);
  outcome.rows.push(
    {
      figure: `${name}, ${destinations} destinations: longest silence at a receiver`,
      measured: `${busy.arrivals.longestSilenceMs.toFixed(0)} ms`,
      compared: `quiet ${quiet.arrivals.longestSilenceMs.toFixed(0)} ms`,
    },
    {
      figure: `${name}, ${destinations} destinations: longest step between pictures`,
      measured: `${busy.arrivals.longestStepMs} ms`,
      compared: `quiet ${quiet.arrivals.longestStepMs} ms`,
      aim: 'no gap',
    },
    {
      figure: `${name}: answers, media`,
      measured: `${(report.answers / tookSeconds).toFixed(0)} a second, ${((report.bytes * 8) / tookSeconds / 1e6).toFixed(0)} Mbit/s`,
      compared: `${((report.cpuSeconds / tookSeconds) * 100).toFixed(0)} % of a core for the viewers themselves`,
    },
    { figure: `${name}: process of the public pages`, measured: `${cpuPercent.toFixed(0)} % of a core` },
    {
      figure: `${name}: with media, refused, stalled`,
      measured: `${report.watching}, ${failed} answers, ${report.stalls} times`,
      compared: JSON.stringify(report.failed),
      aim: `${viewers}, 0, 0 on a machine that is fast enough`,
    },
  );
  outcome.gates.push(
    { name: `${name}: connections of the destinations`, value: busy.arrivals.connections, limit: destinations },
    { name: `${name}: step between pictures, ms of media`, value: busy.arrivals.longestStepMs, limit: STEP_MS_MAX },
  );
  return outcome;
}
