import { canaryOf } from './act.ts';
import { idOf } from './destination-ids.ts';
import { Violation } from './violation.ts';
import type { Random } from './random.ts';
import { creation, send, type ApiAnswer, type ApiRequest } from './requests.ts';
import type { World } from './world.ts';

/** Draws the requests of a random show. */

/** The range of destination numbers that exist or may exist. */
export interface Cast {
  oldest: number;
  newest: number;
  /** Number of keys used so far by destination, so that each replacement differs. */
  keyVersions: Map<number, number>;
}

const PRESETS = ['720p30', '480p30', '720p60'];
/** Share of requests with an idempotency key, and the share of these that is repeated. */
const KEYED_SHARE = 0.4;
const REPEATED_SHARE = 0.6;

type Kind = (world: World, random: Random, cast: Cast) => ApiRequest;

const anyOf = (random: Random, { oldest, newest }: Cast) => random.integer(Math.max(1, oldest - 1), newest);
const pathOf = (number: number) => `/api/destinations/${idOf(number)}`;
const apply = (random: Random) => random.pick(['?apply=now', '?apply=next-start', '']);
const force = (random: Random) => (random.chance(0.12) ? '?force=true' : '');

const KINDS: Record<string, { weight: number; make: Kind }> = {
  start: {
    weight: 8,
    make: (_, random, cast) => ({ method: 'POST', path: `${pathOf(anyOf(random, cast))}/start${force(random)}` }),
  },
  stop: {
    weight: 6,
    make: (_, random, cast) => ({ method: 'POST', path: `${pathOf(anyOf(random, cast))}/stop${force(random)}` }),
  },
  restart: {
    weight: 2,
    make: (_, random, cast) => ({ method: 'POST', path: `${pathOf(anyOf(random, cast))}/restart` }),
  },
  'bulk start': {
    weight: 1,
    make: (_, random, cast) => ({
      method: 'POST',
      path: '/api/destinations/start',
      body: { ...bulkOf(random, cast), withoutEncoder: true },
    }),
  },
  'bulk stop': {
    weight: 1,
    make: (_, random, cast) => ({ method: 'POST', path: '/api/destinations/stop', body: bulkOf(random, cast) }),
  },
  preset: {
    weight: 2,
    make: (_, random, cast) => ({
      method: 'PATCH',
      path: `${pathOf(anyOf(random, cast))}${apply(random)}`,
      body: { preset: random.pick(PRESETS) },
    }),
  },
  standby: {
    weight: 1,
    make: (_, random, cast) => ({
      method: 'PATCH',
      path: pathOf(anyOf(random, cast)),
      body: { standby: random.pick(['warm', 'cold']) },
    }),
  },
  key: {
    weight: 2,
    make(_, random, cast) {
      const number = anyOf(random, cast);
      const version = (cast.keyVersions.get(number) ?? 1) + 1;
      cast.keyVersions.set(number, version);
      const body = { streamKey: canaryOf(number, version) };
      return { method: 'PUT', path: `${pathOf(number)}/stream-key${apply(random)}`, body };
    },
  },
  delete: {
    weight: 1,
    make(_, random, cast) {
      const number = cast.oldest;
      cast.oldest += 1;
      return { method: 'DELETE', path: `${pathOf(number)}${force(random)}` };
    },
  },
  create: {
    weight: 1,
    make(world, random, cast) {
      cast.newest += 1;
      world.idsToGive.push(idOf(cast.newest));
      return creation(cast.newest, random.pick(['warm', 'cold']));
    },
  },
  list: { weight: 2, make: () => ({ method: 'GET', path: '/api/destinations' }) },
  one: { weight: 2, make: (_, random, cast) => ({ method: 'GET', path: pathOf(anyOf(random, cast)) }) },
  timeline: {
    weight: 1,
    make: (_, random, cast) => ({ method: 'GET', path: `${pathOf(anyOf(random, cast))}/timeline` }),
  },
  orphans: { weight: 1, make: () => ({ method: 'GET', path: '/api/orphans' }) },
  release: {
    weight: 1,
    make(world, random) {
      const known = [...world.items.keys()].flatMap((key) => (key.startsWith('ORPHANS/') ? [key.slice(8)] : []));
      if (known.length === 0) return { method: 'GET', path: '/api/orphans' };
      return { method: 'POST', path: `/api/orphans/${random.pick(known)}/release` };
    },
  },
};
const DRAWN = Object.values(KINDS).flatMap(({ weight, make }) => Array.from({ length: weight }, () => make));

function bulkOf(random: Random, cast: Cast): object {
  if (random.chance(0.3)) return { all: true };
  return { ids: Array.from({ length: random.integer(1, 4) }, () => idOf(anyOf(random, cast))) };
}

/** Sends one request of any kind, and occasionally repeats it with the same idempotency key, at once or later. */
export function sendAny(world: World, random: Random, cast: Cast): void {
  const request = random.pick(DRAWN)(world, random, cast);
  const isKeyed = request.method === 'POST' && !request.path.endsWith('/release') && random.chance(KEYED_SHARE);
  if (!isKeyed) {
    void send(world, request);
    return;
  }
  const keyed = { ...request, idempotencyKey: `key-${random.integer(1, 1e9)}` };
  const first = send(world, keyed);
  if (!random.chance(REPEATED_SHARE)) return;
  const delayMs = random.pick([0, 20, 2_000, 90_000]);
  world.clock.after(delayMs, () => void repeat(world, keyed, first));
}

/**
 * Repeats a request. The API must return the first response, refuse while the first is in progress, or execute it if
 * the first failed.
 */
async function repeat(world: World, request: ApiRequest, first: Promise<ApiAnswer | null>): Promise<void> {
  const again = await send(world, request);
  const before = await Promise.race([first, Promise.resolve(undefined)]);
  if (!again || !before || !again.isReplay || before.isReplay) return;
  if (again.status === before.status && again.text === before.text) return;
  world.report(
    new Violation(
      'idempotency',
      `${request.path} returned ${before.status} and then ${again.status} for its repetition`,
    ),
  );
}
