import type { DestinationResource } from '../../functions/api/schemas/destinations.ts';
import type { Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

/** A destination in the state a test starts from. */
export interface Wanted {
  name: string;
  /** Default: a port without a listener. */
  rtmpUrl?: string;
  streamKey?: string;
  preset?: string;
  group?: string | null;
  /** Default: idle. On air needs an encoder, a platform and a valid key. */
  state?: 'idle' | 'running' | 'on air';
}

/** A stopped destination. */
export const idle = (name: string, more: Partial<Wanted> = {}): Wanted => ({ name, ...more });

/** A running destination; without an encoder it waits for the source. */
export const running = (name: string, more: Partial<Wanted> = {}): Wanted => ({ name, state: 'running', ...more });

/** Time to settle, whatever state the previous test has left. */
const SETTLES_WITHIN_MS = 90_000;

/** The default stream key of a destination. */
export const keyOf = (name: string): string => `key-of-${name.replaceAll(/\s/g, '-')}`;

/**
 * Sets up exactly these destinations, whatever previous tests have left, including failed ones. Costs only two requests
 * when everything is already set up.
 */
export async function arrange(product: Product, wanted: readonly Wanted[]): Promise<void> {
  await product.call('DELETE', '/api/rehearsal');
  const list = async (): Promise<DestinationResource[]> => {
    const { body } = await product.call('GET', '/api/destinations?limit=200');
    return body.data.filter((each: DestinationResource) => !each.primary);
  };
  const found = await list();
  const isWanted = (each: DestinationResource): boolean => wanted.some((other) => isSame(each, other));
  const excess = found.filter((each) => !isWanted(each));
  await Promise.all(
    excess.map(({ destinationId }) => product.call('DELETE', `/api/destinations/${destinationId}?stop=true`)),
  );
  await waitFor('excess destinations to be deleted', async () => (await list()).every(isWanted), {
    limitMs: SETTLES_WITHIN_MS,
  });
  const ids: string[] = [];
  for (const each of wanted) {
    const { destinationId } = found.find((other) => isSame(other, each)) ?? (await create(product, each));
    ids.push(destinationId);
  }
  await Promise.all(wanted.map((each, index) => bringTo(product, ids[index]!, each)));
}

/** Returns the fields of a requested destination. */
function fieldsOf({ name, rtmpUrl, preset, group }: Wanted) {
  return {
    name,
    platform: 'custom',
    rtmpUrl: rtmpUrl ?? `rtmp://127.0.0.1:65535/${name.replaceAll(/\s/g, '-')}`,
    preset: preset ?? '720p30',
    group: group ?? null,
  };
}

function isSame(found: DestinationResource, wanted: Wanted): boolean {
  const fields = Object.entries(fieldsOf(wanted));
  const key = wanted.streamKey ?? keyOf(wanted.name);
  return (
    fields.every(([field, value]) => found[field as keyof DestinationResource] === value) &&
    found.streamKeyLast4 === key.slice(-4) &&
    found.standby === 'warm' &&
    found.desired !== 'deleted' &&
    !found.pendingChanges
  );
}

async function create(product: Product, wanted: Wanted): Promise<DestinationResource> {
  const body = { ...fieldsOf(wanted), streamKey: wanted.streamKey ?? keyOf(wanted.name) };
  const made = await product.call('POST', '/api/destinations', body);
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body;
}

async function bringTo(product: Product, destinationId: string, { name, state = 'idle' }: Wanted): Promise<void> {
  const path = `/api/destinations/${destinationId}`;
  const read = async (): Promise<DestinationResource> => (await product.call('GET', path)).body;
  const isThere = ({ status, onAir, operation }: DestinationResource): boolean => {
    if (operation) return false;
    return state === 'on air' ? onAir : status === (state === 'idle' ? 'idle' : 'running');
  };
  const before = await read();
  const desired = state === 'idle' ? 'idle' : 'running';
  if (before.desired !== desired || before.status === 'error') {
    await product.call('POST', `${path}/${state === 'idle' ? 'stop' : 'start'}`, {});
  }
  await waitFor(`${name} to be ${state}`, async () => isThere(await read()), { limitMs: SETTLES_WITHIN_MS });
}
