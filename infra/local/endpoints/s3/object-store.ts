import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { copyFile, link, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDirectory } from '../../host/create-directory.ts';
import { readIfPresent, writePrivateFile } from '../../host/root-key.ts';
import { etagOf, type Checksum } from './checksums.ts';

/** The data that S3 stores with an object's bytes. */
export interface ObjectAttributes {
  /** `content-type` and the object's other headers, by lower-case name. */
  headers: Record<string, string>;
  /** The caller's own metadata, without `x-amz-meta-`. */
  metadata: Record<string, string>;
  /** Null for an object stored without one. */
  checksum: Checksum | null;
}

/** An object without its bytes. */
export interface StoredObject extends ObjectAttributes {
  key: string;
  sizeBytes: number;
  storedAt: Date;
  etag: string;
}

/** Buckets of objects. Callers validate the names. */
export interface ObjectStore {
  createBucket(bucket: string): void;
  hasBucket(bucket: string): boolean;
  /** In the order of their names. */
  buckets(): { name: string; createdAt: Date }[];
  put(bucket: string, key: string, body: Uint8Array, attributes: ObjectAttributes): void;
  /** Stores a file as an object. Takes no space on the disk where the two can share it; the file must not change. */
  putFile(bucket: string, key: string, path: string, attributes: ObjectAttributes): Promise<void>;
  /** @throws {DamagedObjectError} */
  get(bucket: string, key: string): { object: StoredObject; body: Uint8Array } | null;
  /** Does nothing when there is no such object. */
  delete(bucket: string, key: string): void;
  /** In the order of their keys, those that begin with the prefix. */
  list(bucket: string, prefix?: string): StoredObject[];
}

const DEFAULT_ATTRIBUTES: ObjectAttributes = {
  headers: { 'content-type': 'binary/octet-stream' },
  metadata: {},
  checksum: null,
};
const BODY_SUFFIX = '.object';
const ATTRIBUTES_SUFFIX = '.attributes';
/** A file name has at most 255 bytes, and a file being written has an additional suffix. */
const NAME_BYTES_MAX = 255 - ATTRIBUTES_SUFFIX.length - '.new'.length;

/** Returns whether an encoded key fits into a file name. */
export function isKeyShortEnough(key: string): boolean {
  return encodeURIComponent(key).length <= NAME_BYTES_MAX;
}

/** Creates a store in memory. */
export function createMemoryObjects(): ObjectStore {
  const buckets = new Map<
    string,
    { createdAt: Date; objects: Map<string, { object: StoredObject; body: Uint8Array }> }
  >();
  return {
    createBucket: (bucket) =>
      void (buckets.has(bucket) || buckets.set(bucket, { createdAt: new Date(), objects: new Map() })),
    hasBucket: (bucket) => buckets.has(bucket),
    buckets: () =>
      inOrder(
        [...buckets].map(([name, { createdAt }]) => ({ name, createdAt })),
        ({ name }) => name,
      ),
    put(bucket, key, body, attributes) {
      const object = { key, sizeBytes: body.length, storedAt: new Date(), etag: etagOf(body), ...attributes };
      buckets.get(bucket)?.objects.set(key, { object, body });
    },
    async putFile(bucket, key, path, attributes) {
      this.put(bucket, key, await readFile(path), attributes);
    },
    get: (bucket, key) => buckets.get(bucket)?.objects.get(key) ?? null,
    delete: (bucket, key) => void buckets.get(bucket)?.objects.delete(key),
    list: (bucket, prefix = '') =>
      inOrder(
        [...(buckets.get(bucket)?.objects.values() ?? [])].flatMap(({ object }) =>
          object.key.startsWith(prefix) ? object : [],
        ),
        ({ key }) => key,
      ),
  };
}

/** The stored attributes of an object. */
interface KeptAttributes extends ObjectAttributes {
  /** The bytes these attributes belong to. */
  etag: string;
  /** Their number; absent in files of earlier versions. */
  sizeBytes?: number;
  /** The attributes of the replaced object; null for a new one. */
  former?: (ObjectAttributes & { etag: string }) | null;
}

/** Reports that an object's bytes differ from the stored ones. The message names the file. */
export class DamagedObjectError extends Error {
  override readonly name = 'DamagedObjectError';

  constructor(path: string) {
    super(`${path} is damaged: its bytes differ from what was stored. Delete it, or restore it from a backup`);
  }
}

/**
 * Opens a store of files, with one folder per bucket. A key becomes one file name with its slashes encoded, so that no
 * key leads out of the folder or conflicts with another. An object's attributes are in a second file, written first,
 * which names by their ETags the bytes it belongs to and those it replaces: after a crash between the two writes the
 * former object is still complete, and bytes that match neither ETag are damaged.
 */
export function openObjectDirectory(directory: string): ObjectStore {
  const pathOf = (bucket: string, key: string, suffix: string) =>
    join(directory, bucket, encodeURIComponent(key) + suffix);

  function read(bucket: string, key: string): { object: StoredObject; body: Uint8Array; isDamaged: boolean } | null {
    const path = pathOf(bucket, key, BODY_SUFFIX);
    const body = readIfPresent(path);
    if (body === null) return null;
    const etag = etagOf(body);
    const kept = readAttributes(pathOf(bucket, key, ATTRIBUTES_SUFFIX));
    const own = [kept, kept?.former].find((attributes) => attributes?.etag === etag);
    const { headers, metadata, checksum } = own ?? kept ?? DEFAULT_ATTRIBUTES;
    const storedAt = statSync(path).mtime;
    const object = { headers, metadata, checksum, key, sizeBytes: body.length, storedAt, etag };
    return { object, body, isDamaged: kept !== null && !own };
  }

  /** Describes an object by its attributes alone, because a list must not read gigabytes of media. */
  function describe(bucket: string, key: string): StoredObject | null {
    const found = statSync(pathOf(bucket, key, BODY_SUFFIX), { throwIfNoEntry: false });
    const kept = readAttributes(pathOf(bucket, key, ATTRIBUTES_SUFFIX));
    if (!found || kept?.sizeBytes !== found.size) return read(bucket, key)?.object ?? null;
    const { etag, headers, metadata, checksum } = kept;
    return { headers, metadata, checksum, key, sizeBytes: found.size, storedAt: found.mtime, etag };
  }

  return {
    createBucket(bucket) {
      createDirectory(directory);
      createDirectory(join(directory, bucket));
    },
    hasBucket: (bucket) => statSync(join(directory, bucket), { throwIfNoEntry: false })?.isDirectory() ?? false,
    buckets() {
      if (!existsSync(directory)) return [];
      const folders = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      return inOrder(
        folders.map(({ name }) => ({ name, createdAt: statSync(join(directory, name)).birthtime })),
        ({ name }) => name,
      );
    },
    put(bucket, key, body, attributes) {
      const replaced = read(bucket, key);
      const former = replaced && !replaced.isDamaged ? toFormer(replaced.object) : null;
      const kept: KeptAttributes = { ...attributes, etag: etagOf(body), sizeBytes: body.length, former };
      writePrivateFile(pathOf(bucket, key, ATTRIBUTES_SUFFIX), Buffer.from(JSON.stringify(kept)));
      writePrivateFile(pathOf(bucket, key, BODY_SUFFIX), body);
    },
    async putFile(bucket, key, path, attributes) {
      const body = await readFile(path);
      const kept: KeptAttributes = { ...attributes, etag: etagOf(body), sizeBytes: body.length, former: null };
      const bodyPath = pathOf(bucket, key, BODY_SUFFIX);
      await rm(bodyPath, { force: true });
      writePrivateFile(pathOf(bucket, key, ATTRIBUTES_SUFFIX), Buffer.from(JSON.stringify(kept)));
      await link(path, bodyPath).catch((error: NodeJS.ErrnoException) => {
        // On another disk, or where the file system has no links.
        if (error.code !== 'EXDEV' && error.code !== 'EPERM' && error.code !== 'ENOTSUP') throw error;
        return copyFile(path, bodyPath);
      });
    },
    get(bucket, key) {
      const found = read(bucket, key);
      if (found?.isDamaged) throw new DamagedObjectError(pathOf(bucket, key, BODY_SUFFIX));
      return found;
    },
    delete(bucket, key) {
      for (const suffix of [BODY_SUFFIX, ATTRIBUTES_SUFFIX]) rmSync(pathOf(bucket, key, suffix), { force: true });
    },
    list(bucket, prefix = '') {
      const files = readdirSync(join(directory, bucket)).filter((file) => file.endsWith(BODY_SUFFIX));
      const objects = files.flatMap((file) => {
        const key = decodeURIComponent(file.slice(0, -BODY_SUFFIX.length));
        return key.startsWith(prefix) ? (describe(bucket, key) ?? []) : [];
      });
      return inOrder(objects, ({ key }) => key);
    },
  };
}

const toFormer = ({ headers, metadata, checksum, etag }: StoredObject) => ({ headers, metadata, checksum, etag });

function readAttributes(path: string): KeptAttributes | null {
  const kept = readIfPresent(path);
  try {
    return kept === null ? null : JSON.parse(kept.toString());
  } catch {
    return null;
  }
}

/** S3 sorts by the UTF-8 bytes of names. */
function inOrder<Item>(items: Item[], nameOf: (item: Item) => string): Item[] {
  return items.toSorted((one, other) => Buffer.compare(Buffer.from(nameOf(one)), Buffer.from(nameOf(other))));
}
