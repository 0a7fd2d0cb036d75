/**
 * A process of simulated viewers of one live show: each begins a viewing, reads its playlist once per segment and fetches
 * each new segment, over one connection, and throws the media away. Some more load pages. It has the lowest priority,
 * because in reality viewers use their own machines.
 */
import { Agent, request } from 'node:http';
import { constants, setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

export interface CrowdSetup {
  /** Where the pages are. */
  origin: string;
  /** The last part of the show's address. */
  slug: string;
  viewers: number;
  /** The viewers come evenly over this time. */
  rampSeconds: number;
  /** Pages loaded per second besides. */
  pagesPerSecond: number;
}

/** What happened since the last report. */
export interface CrowdReport {
  type: 'report';
  /** Viewers who have received media. */
  watching: number;
  answers: number;
  segments: number;
  bytes: number;
  /** Answers that were no success, by status; 0 counts broken connections. */
  failed: Record<number, number>;
  /** How often a viewer waited longer for the next segment than a player's buffer lasts. */
  stalls: number;
  /** Processor seconds of this process. */
  cpuSeconds: number;
}

/** A player begins three segments behind the newest one. */
const BUFFERED_SEGMENTS = 3;
const RETRY_MS = 1_000;

setPriority(constants.priority.PRIORITY_LOW);

const watching = new Set<number>();
let report = emptyReport();
let cpuAtReport = process.cpuUsage();

function emptyReport(): Omit<CrowdReport, 'type' | 'watching' | 'cpuSeconds'> {
  return { answers: 0, segments: 0, bytes: 0, failed: {}, stalls: 0 };
}

/** A client with one connection at a time and an address of its own, which the server believes as a proxy’s word. */
function createClient({ origin }: CrowdSetup, number: number, keepAlive = true) {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
  const headers = { 'x-forwarded-for': address, origin };

  return (method: string, path: string): Promise<{ isOk: boolean; text: string }> =>
    new Promise((resolve) => {
      const done = (status: number, text: string) => {
        report.answers += 1;
        const isOk = status >= 200 && status < 300;
        if (!isOk) report.failed[status] = (report.failed[status] ?? 0) + 1;
        resolve({ isOk, text });
      };
      const sent = request(origin + path, { method, agent, headers }, (answer) => {
        const isMedia = path.endsWith('.ts');
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => {
          report.bytes += chunk.length;
          if (!isMedia) chunks.push(chunk);
        });
        answer.on('end', () => done(answer.statusCode ?? 0, Buffer.concat(chunks).toString()));
        answer.on('error', () => done(0, ''));
      });
      sent.on('error', () => done(0, ''));
      sent.end();
    });
}

async function watch(setup: CrowdSetup, number: number): Promise<void> {
  const ask = createClient(setup, number);
  for (;;) {
    const begun = await ask('POST', `/audience/v1/shows/${setup.slug.slice(-26)}/viewings`);
    if (begun.isOk) await follow(ask, (JSON.parse(begun.text) as { hlsUrl: string }).hlsUrl, number);
    await wait(RETRY_MS);
  }
}

/** Plays until an answer is no success. */
async function follow(ask: ReturnType<typeof createClient>, hlsUrl: string, number: number): Promise<void> {
  const folder = hlsUrl.slice(0, hlsUrl.lastIndexOf('/') + 1);
  const [variant] = linesOf((await ask('GET', hlsUrl)).text);
  if (variant === undefined) return;
  let newest: string | undefined;
  let nextAtMs = performance.now();
  let gotAtMs = performance.now();
  for (;;) {
    const { isOk, text } = await ask('GET', folder + variant);
    if (!isOk) return;
    const segmentMs = Number(/#EXT-X-TARGETDURATION:(\d+)/.exec(text)?.[1] ?? 2) * 1000;
    const all = linesOf(text);
    const known = newest === undefined ? -1 : all.lastIndexOf(newest);
    const wanted = known === -1 ? all.slice(-BUFFERED_SEGMENTS) : all.slice(known + 1);
    for (const segment of wanted) {
      if (!(await ask('GET', folder + segment)).isOk) return;
      if (newest !== undefined && performance.now() - gotAtMs > segmentMs * BUFFERED_SEGMENTS) report.stalls += 1;
      [newest, gotAtMs] = [segment, performance.now()];
      report.segments += 1;
      watching.add(number);
    }
    nextAtMs = Math.max(nextAtMs + segmentMs, performance.now());
    await wait(Math.max(0, nextAtMs - performance.now()));
  }
}

function linesOf(playlist: string): string[] {
  return playlist.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

async function loadPages(setup: CrowdSetup): Promise<void> {
  const paths = ['/watch', `/watch/${setup.slug}`, `/audience/v1/shows/${setup.slug.slice(-26)}`];
  for (let index = 0; ; index += 1) {
    const ask = createClient(setup, 0x800000 + (index % 5_000), false);
    void ask('GET', paths[index % paths.length]!);
    await wait(1000 / setup.pagesPerSecond);
  }
}

async function begin(setup: CrowdSetup): Promise<void> {
  if (setup.pagesPerSecond > 0) void loadPages(setup);
  for (let number = 0; number < setup.viewers; number += 1) {
    void watch(setup, number);
    await wait((setup.rampSeconds * 1000) / setup.viewers);
  }
}

process.on('message', (message: { begin: CrowdSetup } | 'report') => {
  if (message !== 'report') return void begin(message.begin);
  const { user, system } = process.cpuUsage(cpuAtReport);
  const answer: CrowdReport = {
    type: 'report',
    watching: watching.size,
    ...report,
    cpuSeconds: (user + system) / 1_000_000,
  };
  process.send!(answer);
  [report, cpuAtReport] = [emptyReport(), process.cpuUsage()];
});
process.on('disconnect', () => process.exit());
