import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../root-key.ts';

/**
 * What the data directory must hold. Each file verifies by itself; what none of them can tell is that another one is
 * gone. So a file says that the store is complete, and from then on nothing may be missing.
 */

/** The table's folder. */
export const TABLE_FOLDER = 'table';
/** The table of versions before 2026-12, in LevelDB. */
export const LEVEL_FOLDER = 'dynamodb';
/** Objects of the local S3. */
const OBJECTS_FOLDER = 's3';
const MARKER = 'store.json';
const FORMAT = 2;

/** In the order in which a first start creates them. */
const REQUIRED = ['root.key', TABLE_FOLDER, 'kms.sealed', 'media.sealed', 'step-functions.sealed'];
/** Not in every store; but where one was, it may not be missing later. */
const OPTIONAL = ['srt-passphrase.sealed', 'revoked-sessions.sealed'];
/** Made again when they are missing; a backup holds them all the same. */
const REPLACEABLE = ['access-token', 'aws-credentials', OBJECTS_FOLDER];

/** Everything a backup has to hold, as far as it is there. */
export const KEPT_NAMES: readonly string[] = [...REQUIRED, ...OPTIONAL, ...REPLACEABLE, MARKER, LEVEL_FOLDER];

/** A store that must not be opened as it is. The message is ready for the terminal. */
export class IncompleteStoreError extends Error {
  override readonly name = 'IncompleteStoreError';
}

/**
 * Refuses a data directory of which something is missing, before anything is written to it.
 * @returns `new` for one that holds nothing yet
 * @throws {IncompleteStoreError}
 */
export function requireWholeStore(dataDirectory: string): 'new' | 'kept' {
  const listed = readMarker(dataDirectory);
  const exists = (name: string) => existsSync(join(dataDirectory, name));
  const isThere = (name: string) => exists(name) || (name === TABLE_FOLDER && exists(LEVEL_FOLDER));
  // A first start that was cut off has made the first few of them and nothing that matters.
  const last = REQUIRED.findLastIndex(isThere);
  const missing = (listed ?? REQUIRED.slice(0, last + 1)).filter((name) => !isThere(name));
  if (missing.length > 0) {
    const names = missing.map((name) => join(dataDirectory, name)).join(' and ');
    const verb = missing.length === 1 ? 'is' : 'are';
    throw new IncompleteStoreError(
      `${names} ${verb} missing, and without ${missing.length === 1 ? 'it' : 'them'} what the rest of the data directory holds would be lost`,
    );
  }
  return last === -1 && listed === null ? 'new' : 'kept';
}

/** Notes that a first start has made everything. */
export function markStoreComplete(dataDirectory: string): void {
  const path = join(dataDirectory, MARKER);
  const optional = OPTIONAL.filter((name) => existsSync(join(dataDirectory, name)));
  const text = `${JSON.stringify({ format: FORMAT, files: [...REQUIRED, ...optional] })}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writePrivateFile(path, Buffer.from(text));
}

const Marker = z.object({ format: z.number(), files: z.array(z.string()) });

/** @returns what has to be there, as far as a marker says; null without one. A damaged one says that there is a store */
function readMarker(dataDirectory: string): readonly string[] | null {
  const path = join(dataDirectory, MARKER);
  if (!existsSync(path)) return null;
  const marker = parseMarker(readFileSync(path, 'utf8'));
  if (marker !== null && marker.format > FORMAT) {
    throw new IncompleteStoreError(
      `${dataDirectory} was written by a newer Sluice (format ${marker.format}, this one knows ${FORMAT}): start that version`,
    );
  }
  return marker === null ? REQUIRED : [...new Set([...REQUIRED, ...marker.files])];
}

function parseMarker(text: string): z.infer<typeof Marker> | null {
  try {
    return Marker.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
