/**
 * A state store in one encrypted file. The media endpoints store resources whose descriptions contain stream keys, as
 * on AWS, so nothing may be on disk in plain text.
 *
 * Layout: 8 bytes magic, 12 bytes IV, 16 bytes tag, then the JSON under AES-256-GCM. The file name is authenticated
 * too, so that one store's file cannot replace another's.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { deriveLocalKey, readIfPresent, writePrivateFile } from './root-key.ts';
import type { StateStore } from './state-store.ts';
import type { StorageHealth } from './store/storage-health.ts';
import { requireSize } from './store/watch-directory.ts';

const MAGIC = Buffer.from('SLUICE01');
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Reports a sealed file that cannot be opened: damaged, truncated, or sealed under another root key. */
export class SealedFileError extends Error {
  readonly path: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`${path} cannot be read: ${reason}`, { cause });
    this.name = 'SealedFileError';
    this.path = path;
  }
}

type SealedHealth = Pick<StorageHealth, 'fail' | 'add' | 'requireInPlace'>;

/**
 * Opens a sealed state store, and creates the root key if there is none yet.
 * @param rootKeyDirectory the directory of `root.key`
 * @param health is notified when the file cannot be written, and triggers the repair
 * @throws {SealedFileError} when the file exists and cannot be opened, at once and at every later load
 */
export function openSealedFile(path: string, rootKeyDirectory: string, health?: SealedHealth): StateStore {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const key = deriveLocalKey(rootKeyDirectory, 'sealed file');
  const name = basename(path);
  /** The state that belongs in the file, and the file's size once it is written. */
  let last: { state: unknown; size: number | null } | null = null;

  function load(): unknown {
    const bytes = readIfPresent(path);
    const state = bytes === null ? null : unseal(path, key, bytes);
    if (bytes !== null) last ??= { state, size: bytes.length };
    return state;
  }

  function save(state: unknown): void {
    last = { state, size: null };
    try {
      const bytes = seal(path, key, state);
      writePrivateFile(path, bytes);
      health?.requireInPlace();
      last.size = bytes.length;
    } catch (error) {
      health?.fail(name, error);
      throw error;
    }
  }

  // Detect damage now, before something is saved over it.
  load();
  health?.add(name, {
    check() {
      if (last !== null && last.size !== null) requireSize(path, last.size);
    },
    repair() {
      if (last !== null) save(last.state);
    },
  });
  return { load, save };
}

function seal(path: string, key: Buffer, state: unknown): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(additionalData(path));
  const body = Buffer.concat([cipher.update(JSON.stringify(state) ?? 'null', 'utf8'), cipher.final()]);
  return Buffer.concat([MAGIC, iv, cipher.getAuthTag(), body]);
}

function unseal(path: string, key: Buffer, bytes: Buffer): unknown {
  const bodyStart = MAGIC.length + IV_BYTES + TAG_BYTES;
  if (bytes.length < bodyStart || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new SealedFileError(path, 'it is not a sealed file, or it is truncated');
  }
  const iv = bytes.subarray(MAGIC.length, MAGIC.length + IV_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, iv);
  decipher.setAAD(additionalData(path));
  decipher.setAuthTag(bytes.subarray(MAGIC.length + IV_BYTES, bodyStart));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(bodyStart)), decipher.final()]).toString('utf8');
    return JSON.parse(text);
  } catch (error) {
    throw new SealedFileError(path, 'it is damaged or was sealed under another root.key', error);
  }
}

function additionalData(path: string): Buffer {
  return Buffer.concat([MAGIC, Buffer.from(basename(path))]);
}
