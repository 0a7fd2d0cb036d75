/**
 * The root key of a local Sluice: 32 random bytes in a file that only its owner can read. All secrets that the local
 * endpoints store are encrypted under keys derived from it, so a copied file reveals nothing without it.
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

/** Reports a lost or damaged root key. Data sealed under it cannot be opened, and a new key must not take its place. */
export class RootKeyError extends Error {
  override readonly name = 'RootKeyError';
}

/**
 * Derives the key for one purpose from the root key in `directory`, and creates the root key on first use.
 * @param purpose separates uses: the keys of two purposes are independent
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

/** @throws {RootKeyError} when sealed files exist: a new key could not open them */
function requireNothingSealed(directory: string, path: string): void {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const sealed = names.find((name) => name.endsWith('.sealed'));
  if (sealed !== undefined) throw new RootKeyError(`${path} is missing, and ${sealed} is sealed under it`);
}

/** Reads a file; null if it does not exist. */
export function readIfPresent(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Writes a file that only its owner can read. A reader, a crash or a power cut sees either the old bytes or the new
 * ones; on return, the new ones are on disk. The directory must exist: if it has vanished, creating it again could put
 * the file on another disk.
 */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', 0o600);
  try {
    // writeFileSync writes all bytes; writeSync may write fewer on a disk that is filling up.
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
