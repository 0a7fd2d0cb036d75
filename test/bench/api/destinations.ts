import type { BenchProduct } from '../product/bench-product.ts';
import { waitFor } from '../../support/wait-for.ts';
import { applyLoad, countFailed } from './load.ts';
import { TEST_TOKEN } from '../../support/product.ts';

const AT_ONCE = 8;
/** Long enough for a machine that is busy with something else. */
const PATIENCE_MS = 300_000;

export const AUTHORIZED = { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json' };

interface DestinationsOptions {
  count: number;
  group: string;
  rtmpUrl: string;
  standby: 'warm' | 'cold';
}

/** Adds destinations that copy the source. */
export async function addDestinations(
  { product }: BenchProduct,
  { count, group, rtmpUrl, standby }: DestinationsOptions,
): Promise<void> {
  const added = await applyLoad({
    origin: product.origin,
    parallel: AT_ONCE,
    until: { count },
    requestOf: (index) => ({
      method: 'POST',
      path: '/api/destinations',
      headers: AUTHORIZED,
      body: JSON.stringify({
        name: `${group} ${index}`,
        group,
        platform: 'custom',
        preset: 'source',
        standby,
        rtmpUrl,
        streamKey: `${group}-${index}`,
      }),
    }),
  });
  if (countFailed(added) > 0) throw new Error(`not every destination was added: ${added.firstFailure}`);
}

/** What a listed destination says that the benchmark reads. */
export interface ListedDestination {
  destinationId: string;
  status: string;
  desired: string;
  operation: object | null;
  lastError: { code: string; detail: string } | null;
}

/** Lists a group, all of its pages. */
export async function listGroup({ product }: BenchProduct, group: string): Promise<ListedDestination[]> {
  const found: ListedDestination[] = [];
  let cursor = '';
  for (;;) {
    const { status, body } = await product.call('GET', `/api/destinations?limit=200&group=${group}${cursor}`);
    if (status !== 200) throw new Error(`the list was refused: ${status} ${JSON.stringify(body)}`);
    found.push(...body.data);
    if (body.nextCursor === null) return found;
    cursor = `&cursor=${body.nextCursor}`;
  }
}

/** Waits until no destination of a group has an operation in flight. */
export async function untilSettled(bench: BenchProduct, group: string): Promise<ListedDestination[]> {
  return waitFor(
    `the destinations of ${group} to settle`,
    async () => {
      const all = await listGroup(bench, group);
      return all.every(({ operation }) => operation === null) ? all : null;
    },
    { limitMs: PATIENCE_MS, everyMs: 500 },
  );
}
