import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readIfPresent, writePrivateFile } from '../root-key.ts';

export interface StoredObject {
  key: string;
  sizeBytes: number;
  storedAt: Date;
}

/** Buckets of objects. Names have been checked by whoever calls. */
export interface ObjectStore {
  createBucket(bucket: string): void;
  hasBucket(bucket: string): boolean;
  put(bucket: string, key: string, body: Uint8Array): void;
  get(bucket: string, key: string): { body: Uint8Array; storedAt: Date } | null;
  /** Does nothing when there is no such object. */
  delete(bucket: string, key: string): void;
  /** In the order of their keys. */
  list(bucket: string): StoredObject[];
}

/** Keeps objects in memory. */
export function makeMemoryObjects(): ObjectStore {
  const buckets = new Map<string, Map<string, { body: Uint8Array; storedAt: Date }>>();
  return {
    createBucket: (bucket) => void (buckets.has(bucket) || buckets.set(bucket, new Map())),
    hasBucket: (bucket) => buckets.has(bucket),
    put: (bucket, key, body) => void buckets.get(bucket)?.set(key, { body, storedAt: new Date() }),
    get: (bucket, key) => buckets.get(bucket)?.get(key) ?? null,
    delete: (bucket, key) => void buckets.get(bucket)?.delete(key),
    list: (bucket) =>
      inOrder(
        [...(buckets.get(bucket) ?? [])].map(([key, { body, storedAt }]) => ({
          key,
          sizeBytes: body.length,
          storedAt,
        })),
      ),
  };
}

const SUFFIX = '.object';

/**
 * Keeps objects as files, one folder per bucket. A key becomes one file name with its slashes encoded, so that no key
 * leads out of the folder and none stands in the way of another.
 */
export function openObjectDirectory(directory: string): ObjectStore {
  const pathOf = (bucket: string, key: string) => join(directory, bucket, encodeURIComponent(key) + SUFFIX);
  const store: ObjectStore = {
    createBucket: (bucket) => void mkdirSync(join(directory, bucket), { recursive: true, mode: 0o700 }),
    hasBucket: (bucket) => statSync(join(directory, bucket), { throwIfNoEntry: false })?.isDirectory() ?? false,
    put: (bucket, key, body) => writePrivateFile(pathOf(bucket, key), body),
    get(bucket, key) {
      const body = readIfPresent(pathOf(bucket, key));
      return body && { body, storedAt: statSync(pathOf(bucket, key)).mtime };
    },
    delete: (bucket, key) => rmSync(pathOf(bucket, key), { force: true }),
    list(bucket) {
      const files = readdirSync(join(directory, bucket)).filter((file) => file.endsWith(SUFFIX));
      return inOrder(
        files.map((file) => {
          const { size, mtime } = statSync(join(directory, bucket, file));
          return { key: decodeURIComponent(file.slice(0, -SUFFIX.length)), sizeBytes: size, storedAt: mtime };
        }),
      );
    },
  };
  return store;
}

/** S3 sorts by the bytes of the keys; ours are ASCII. */
function inOrder(objects: StoredObject[]): StoredObject[] {
  return objects.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}
