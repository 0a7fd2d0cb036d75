/** Sends requests to a server over a fixed number of connections and measures how it answers. */
import { Agent, request } from 'node:http';
import { sleep } from '../child-processes.ts';
import { readCpuSeconds } from '../media/process-cpu.ts';
import { percentile } from '../statistics.ts';

export interface LoadOptions {
  origin: string;
  /** Called for each request; its number counts from 0. */
  requestOf: (index: number) => LoadRequest;
  /** Requests in flight at a time, each on its own connection. */
  parallel: number;
  /** Sends at this even rate instead of as fast as answers come. A rate that the server cannot keep is lower. */
  pace?: { perSecond: number };
  /** Ends the load, whichever comes first. */
  until: { count?: number; seconds?: number };
  /** Process of the server, whose processor time is counted with that of its children. */
  processId?: number;
}

export interface LoadRequest {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface LoadResult {
  count: number;
  /** Requests per second. */
  rate: number;
  medianMs: number;
  p95Ms: number;
  /** Answers by status; 0 counts connections that broke. */
  statuses: Record<number, number>;
  /** Text of the first answer that was no success. */
  firstFailure: string | null;
  /** Processor time of the server per request, milliseconds. Null without `processId`. */
  cpuMs: number | null;
}

/** Longer than any server here keeps an idle connection. */
const IDLE_MS_MAX = 600_000;

/** Keeps `parallel` requests in flight until the load is complete. */
export async function applyLoad({
  origin,
  requestOf,
  parallel,
  pace,
  until,
  processId,
}: LoadOptions): Promise<LoadResult> {
  const agent = createAgent(parallel);
  const tookMs: number[] = [];
  const statuses: Record<number, number> = {};
  const startedAtMs = performance.now();
  const cpuBefore = processId === undefined ? 0 : readCpuSeconds([processId]);
  const endsAtMs = startedAtMs + (until.seconds ?? Infinity) * 1000;
  let next = 0;
  let firstFailure: string | null = null;

  async function work(): Promise<void> {
    while (next < (until.count ?? Infinity) && performance.now() < endsAtMs) {
      const index = next++;
      if (pace) await sleep(Math.max(0, startedAtMs + (index * 1000) / pace.perSecond - performance.now()));
      const sent = requestOf(index);
      const sentAtMs = performance.now();
      const { status, text } = await send(origin, sent, agent);
      tookMs.push(performance.now() - sentAtMs);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (!isSuccess(status)) firstFailure ??= `${status} ${text}`;
    }
  }

  await Promise.all(Array.from({ length: parallel }, work));
  const seconds = (performance.now() - startedAtMs) / 1000;
  agent.destroy();
  return {
    count: tookMs.length,
    rate: tookMs.length / seconds,
    medianMs: percentile(tookMs, 0.5),
    p95Ms: percentile(tookMs, 0.95),
    statuses,
    firstFailure,
    cpuMs: processId === undefined ? null : ((readCpuSeconds([processId]) - cpuBefore) * 1000) / tookMs.length,
  };
}

/**
 * Keeps connections no longer than the server announces, as HTTP clients should: a request that leaves while the server
 * closes an idle connection is answered with a reset. Node heeds the announcement only below a limit of its own.
 * @see RFC 9112, section 9.3
 */
const createAgent = (maxSockets: number): Agent => new Agent({ keepAlive: true, maxSockets, timeout: IDLE_MS_MAX });

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

/** @returns the status once the whole answer was received, 0 when the connection broke; the text of a failure */
function send(
  origin: string,
  { method = 'GET', path, headers, body }: LoadRequest,
  agent: Agent,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const onError = (error: Error) => resolve({ status: 0, text: error.message });
    const sent = request(origin + path, { method, headers, agent }, (answer) => {
      const status = answer.statusCode ?? 0;
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => isSuccess(status) || chunks.push(chunk));
      answer.on('end', () => resolve({ status, text: Buffer.concat(chunks).toString() }));
      answer.on('error', onError);
    });
    sent.on('error', onError);
    sent.end(body);
  });
}

/** Answers that were no success. */
export function countFailed({ statuses }: Pick<LoadResult, 'statuses'>): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => sum + (isSuccess(Number(status)) ? 0 : count), 0);
}
