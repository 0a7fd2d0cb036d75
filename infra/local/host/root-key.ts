/**
 * The root key of the embedded mode: 32 random bytes in a file only the owner can read. Everything secret that the
 * local endpoints keep on disk is encrypted under keys derived from it, so that a backup or a copied file without it
 * gives nothing away.
 */
import { hkdfSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT_KEY_BYTES = 32;

/** A root key that is gone or damaged: what is sealed under it cannot be opened, and must not be met by another one. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';
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
    requireNothingSealed(directory, path);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writePrivateFile(path, randomBytes(ROOT_KEY_BYTES));
    key = readFileSync(path);
  }
  if (key.length !== ROOT_KEY_BYTES) {
    throw new RootKeyError(`${path} is damaged: it holds ${key.length} bytes instead of ${ROOT_KEY_BYTES}`);
  }
  chmodSync(path, 0o600);
  return key;
}

/** @throws {RootKeyError} instead of a second key, under which nothing that is there could be opened */
function requireNothingSealed(directory: string, path: string): void {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const sealed = names.find((name) => name.endsWith('.sealed'));
  if (sealed !== undefined) throw new RootKeyError(`${path} is missing, and ${sealed} is sealed under it`);
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

/**
 * Writes a file that only the owner can read. A reader, a crash or a power cut leaves the old bytes or the new ones, never
 * a part; when this returns, the new ones are on the disk. Its directory has to be there: one that has vanished must not be
 * made again, or what belongs into the former one would go into another.
 */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
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
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
