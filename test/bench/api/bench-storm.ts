import type { BenchProduct } from '../product/bench-product.ts';
import type { Outcome } from '../outcome.ts';
import { addDestinations, AUTHORIZED, listGroup, untilSettled, type ListedDestination } from './destinations.ts';
import { applyLoad, type LoadResult } from './load.ts';

export interface StormOptions {
  destinations: number;
  rounds: number;
  parallel: number;
  print: (line: string) => void;
}

const GROUP = 'storm';

/**
 * Starts and stops more destinations than the flow has room for, all of them at once, and starts again before they have
 * settled. Every call has to be answered by its state, and every destination has to end where it was last wanted.
 */
export async function benchStorm(
  bench: BenchProduct,
  { destinations, rounds, parallel, print }: StormOptions,
): Promise<Outcome> {
  await addDestinations(bench, {
    count: destinations,
    group: GROUP,
    rtmpUrl: 'rtmp://127.0.0.1:65535/live',
    standby: 'cold',
  });
  const ids = (await listGroup(bench, GROUP)).map(({ destinationId }) => destinationId);
  const calls: LoadResult[] = [];
  const ask = async (action: 'start' | 'stop') => {
    const result = await applyLoad({
      origin: bench.product.origin,
      parallel,
      until: { count: ids.length },
      requestOf: (index) => ({
        method: 'POST',
        path: `/api/destinations/${ids[index]}/${action}`,
        headers: AUTHORIZED,
      }),
    });
    calls.push(result);
    print(`${action} of ${ids.length}: ${JSON.stringify(result.statuses)}, 95 % within ${result.p95Ms.toFixed(0)} ms`);
  };
  for (let round = 0; round < rounds; round++) {
    await ask('start');
    await ask('stop');
  }
  await ask('start');
  const started = await untilSettled(bench, GROUP);
  print(`started: ${describe(started)}`);
  await ask('stop');
  const stopped = await untilSettled(bench, GROUP);
  print(`stopped: ${describe(stopped)}`);
  const failed = calls.reduce(
    (sum, { statuses }) => sum + countOf(statuses, (status) => status === 0 || status >= 500),
    0,
  );
  const unexpected = started.filter(({ status, lastError }) => status === 'error' && lastError?.code !== 'flow_full');
  const left = stopped.filter(({ status }) => status !== 'idle');
  const count = calls.reduce((sum, each) => sum + each.count, 0);
  const name = `start storm of ${destinations}, ${parallel} at a time`;
  return {
    rows: [
      { figure: `${name}: failed calls`, measured: `${failed} of ${count}`, aim: '0' },
      {
        figure: `${name}: 95 % of the calls answered within`,
        measured: `${Math.max(...calls.map(({ p95Ms }) => p95Ms)).toFixed(0)} ms`,
      },
      {
        figure: `${name}: starts that failed for another reason than a full flow`,
        measured: String(unexpected.length),
        aim: '0',
      },
      { figure: `${name}: not idle after the last stop`, measured: `${left.length} of ${stopped.length}`, aim: '0' },
    ],
    gates: [
      { name: `${name}: failed calls`, value: failed, limit: 0 },
      { name: `${name}: starts that failed for another reason than a full flow`, value: unexpected.length, limit: 0 },
      { name: `${name}: not idle after the last stop`, value: left.length, limit: 0 },
    ],
  };
}

function countOf(statuses: Record<number, number>, matches: (status: number) => boolean): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => sum + (matches(Number(status)) ? count : 0), 0);
}

/** How many are in which status, and why those in error are. */
function describe(all: readonly ListedDestination[]): string {
  const counts: Record<string, number> = {};
  for (const { status, lastError } of all) {
    const word = status === 'error' ? `error ${lastError?.code}: ${lastError?.detail}` : status;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return JSON.stringify(counts);
}
