/** Stores the keys and aliases of the local KMS, finds them, and rotates and deletes keys when that is due. */
import { randomBytes, randomUUID } from 'node:crypto';
import { DAY_MS } from '../../../../functions/domain/utc-day.ts';
import { AwsFault } from '../wire/aws-json.ts';
import type { Clock } from '../../host/clock.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/local-service.ts';
import type { StateStore } from '../../host/state-store.ts';

const ARN_PREFIX = `arn:aws:kms:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:`;

/** A key. `materials` are base64; the last one encrypts, and each decrypts what it has encrypted. */
export interface Key {
  keyId: string;
  description: string;
  createdAtMs: number;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  deletionAtMs: number | null;
  rotationPeriodDays: number | null;
  rotatedAtMs: number;
  materials: string[];
}

interface RingState {
  keys: Key[];
  /** Alias name (`alias/…`) to key id. */
  aliases: Record<string, { keyId: string; createdAtMs: number }>;
}

/** The open key ring. Every change is on disk when its call returns. */
export interface KeyRing {
  list(): Key[];
  listAliases(): { name: string; keyId: string; createdAtMs: number }[];
  make(description: string): Key;
  /** Finds by key id, key ARN, alias name or alias ARN. @throws {AwsFault} `NotFoundException` */
  find(reference: string): Key;
  change(key: Key, change: Partial<Key>): Key;
  addMaterial(key: Key): Key;
  /** @throws {AwsFault} `AlreadyExistsException` */
  addAlias(name: string, key: Key): void;
}

/** Returns the ARN of a key. */
export function toKeyArn(keyId: string): string {
  return `${ARN_PREFIX}key/${keyId}`;
}

/** Returns the ARN of an alias. */
export function toAliasArn(name: string): string {
  return ARN_PREFIX + name;
}

/** Opens the key ring in `store`. */
export function openKeyRing(deps: { store: StateStore; clock: Clock }): KeyRing {
  const { store, clock } = deps;
  let state = (store.load() as RingState | null) ?? { keys: [], aliases: {} };

  function commit(next: RingState): void {
    store.save(next);
    state = next;
  }

  /** Deletes the keys whose waiting period is over, with their aliases, and rotates those that are due. */
  function catchUp(): void {
    const now = clock.now();
    const kept = state.keys.filter((key) => key.deletionAtMs === null || key.deletionAtMs > now);
    const keys = kept.map((key) => (isRotationDue(key, now) ? withNewMaterial(key, now) : key));
    if (keys.every((key, index) => key === state.keys[index]) && keys.length === state.keys.length) return;
    const ids = new Set(keys.map((key) => key.keyId));
    const aliases = Object.entries(state.aliases).filter(([, alias]) => ids.has(alias.keyId));
    commit({ keys, aliases: Object.fromEntries(aliases) });
  }

  function change(key: Key, changed: Partial<Key>): Key {
    const next = { ...key, ...changed };
    commit({ ...state, keys: state.keys.map((other) => (other.keyId === key.keyId ? next : other)) });
    return next;
  }

  return {
    list() {
      catchUp();
      return state.keys;
    },
    listAliases() {
      catchUp();
      return Object.entries(state.aliases).map(([name, alias]) => ({ name, ...alias }));
    },
    make(description) {
      const now = clock.now();
      const key: Key = {
        keyId: randomUUID(),
        description,
        createdAtMs: now,
        state: 'Enabled',
        deletionAtMs: null,
        rotationPeriodDays: null,
        rotatedAtMs: now,
        materials: [makeMaterial()],
      };
      commit({ ...state, keys: [...state.keys, key] });
      return key;
    },
    find(reference) {
      catchUp();
      const name = reference.startsWith(ARN_PREFIX) ? reference.slice(ARN_PREFIX.length) : reference;
      if (name.startsWith('alias/')) {
        const alias = Object.hasOwn(state.aliases, name) ? state.aliases[name] : undefined;
        const key = state.keys.find((candidate) => candidate.keyId === alias?.keyId);
        if (key === undefined) throw new AwsFault('NotFoundException', `Alias ${toAliasArn(name)} is not found.`);
        return key;
      }
      const keyId = name !== reference && name.startsWith('key/') ? name.slice('key/'.length) : reference;
      const key = state.keys.find((candidate) => candidate.keyId === keyId);
      if (key === undefined) throw new AwsFault('NotFoundException', `Key '${toKeyArn(keyId)}' does not exist`);
      return key;
    },
    change,
    addMaterial: (key) => change(key, withNewMaterial(key, clock.now())),
    addAlias(name, key) {
      catchUp();
      if (Object.hasOwn(state.aliases, name)) {
        throw new AwsFault('AlreadyExistsException', `An alias with the name ${toAliasArn(name)} already exists`);
      }
      commit({ ...state, aliases: { ...state.aliases, [name]: { keyId: key.keyId, createdAtMs: clock.now() } } });
    },
  };
}

function makeMaterial(): string {
  return randomBytes(32).toString('base64');
}

function withNewMaterial(key: Key, now: number): Key {
  return { ...key, rotatedAtMs: now, materials: [...key.materials, makeMaterial()] };
}

function isRotationDue(key: Key, now: number): boolean {
  return (
    key.state === 'Enabled' &&
    key.rotationPeriodDays !== null &&
    now >= key.rotatedAtMs + key.rotationPeriodDays * DAY_MS
  );
}
