/**
 * The root key of the embedded mode: 32 random bytes in a file only the owner can read. Everything secret that the
 * local endpoints keep on disk is encrypted under keys derived from it, so that a backup or a copied file without it
 * gives nothing away.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT_KEY_BYTES = 32;

/** A root key of the wrong size: nothing sealed under it can be opened, and nothing must be sealed under another. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';

  constructor(path: string, bytes: number) {
    super(
      `${path} is damaged: it holds ${bytes} bytes instead of ${ROOT_KEY_BYTES}; restore it from a backup, ` +
        'or move the whole data directory away to start empty',
    );
  }
}

/**
 * Derives the key for one purpose from the root key in `directory`, making the root key on first use.
 * @param purpose separates uses: keys for two purposes have nothing to do with each other
 * @returns 32 bytes
 */
export function deriveLocalKey(directory: string, purpose: string): Buffer {
  const root = loadRootKey(directory);
  return Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `sluice local ${purpose}`, 32));
}

function loadRootKey(directory: string): Buffer {
  const path = join(directory, 'root.key');
  let key = readIfPresent(path);
  if (key === null) {
    writePrivateFile(path, randomBytes(ROOT_KEY_BYTES));
    key = readFileSync(path);
  }
  if (key.length !== ROOT_KEY_BYTES) {
    throw new RootKeyError(path, key.length);
  }
  chmodSync(path, 0o600);
  return key;
}

/** Reads a file, or gives null when it is not there. */
export function readIfPresent(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Writes a file that only the owner can read; a reader, or a crash, sees the old bytes or the new ones, never a part. */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    // All of them, where writeSync may stop short on a disk that fills up.
    writeFileSync(file, bytes);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}
