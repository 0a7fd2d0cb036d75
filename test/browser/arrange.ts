import type { DestinationResource } from '../../functions/api/schemas/answers.ts';
import type { Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

/** A destination as a test needs it to be before it begins. */
export interface Wanted {
  name: string;
  /** A port without a listener, unless given. */
  rtmpUrl?: string;
  streamKey?: string;
  preset?: string;
  group?: string | null;
  /** Idle unless given; on air needs an encoder, a platform and a key that it takes. */
  state?: 'idle' | 'running' | 'on air';
}

/** A destination that is stopped. */
export const idle = (name: string, more: Partial<Wanted> = {}): Wanted => ({ name, ...more });

/** A destination that runs; without an encoder it waits for one. */
export const running = (name: string, more: Partial<Wanted> = {}): Wanted => ({ name, state: 'running', ...more });

/** Time for a state that a test before this one may have left anything in. */
const SETTLES_WITHIN_MS = 90_000;

/** The stream key of a destination that a test gives none. */
export const keyOf = (name: string): string => `key-of-${name.replaceAll(/\s/g, '-')}`;

/**
 * Makes the product's destinations exactly these, whatever the tests before have left, also one that failed half way.
 * Where everything is so already it costs two requests and nothing else.
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
  await Promise.all(excess.map(({ destinationId }) => product.call('DELETE', `/api/destinations/${destinationId}`)));
  await waitFor('what no test wants to be gone', async () => (await list()).every(isWanted), {
    limitMs: SETTLES_WITHIN_MS,
  });
  const ids: string[] = [];
  for (const each of wanted) {
    const { destinationId } = found.find((other) => isSame(other, each)) ?? (await create(product, each));
    ids.push(destinationId);
  }
  await Promise.all(wanted.map((each, index) => bringTo(product, ids[index]!, each)));
}

/** Fields of a destination that is to be as wanted. */
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
