import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivateFile } from '../root-key.ts';

/**
 * The files that the data directory must hold. Each file verifies itself, but none can detect that another is missing.
 * A marker file therefore records that the store is complete; from then on a missing file is an error.
 */

/** The table's folder. */
export const TABLE_FOLDER = 'table';
/** The table of versions before 2026-12, in LevelDB. */
export const LEVEL_FOLDER = 'dynamodb';
/** Segments that are kept while something is recorded. They become objects and are not backed up. */
export const SEGMENTS_FOLDER = 'recording-segments';
/** The bucket with the recordings: too large for backups. */
export const RECORDING_BUCKET = 'sluice-local-recordings';
/** Objects of the local S3. */
const OBJECTS_FOLDER = 's3';
const MARKER = 'store.json';
const FORMAT = 2;

/** Folders in the kept ones that no backup includes. */
export const NOT_BACKED_UP: readonly string[] = [`${OBJECTS_FOLDER}/${RECORDING_BUCKET}`];

/** In the order in which the first start creates them. */
const REQUIRED = ['root.key', TABLE_FOLDER, 'kms.sealed', 'media.sealed', 'step-functions.sealed'];
/** Not every store has these files; once a store has one, it must not be missing later. */
const OPTIONAL = ['srt-passphrase.sealed', 'revoked-sessions.sealed'];
/** Created again if missing, but included in backups. */
const REPLACEABLE = ['access-token', 'aws-credentials', OBJECTS_FOLDER];

/** Everything a backup includes, if it exists. */
export const KEPT_NAMES: readonly string[] = [...REQUIRED, ...OPTIONAL, ...REPLACEABLE, MARKER, LEVEL_FOLDER];

/** Reports a store that must not be opened in its present state. The message is ready for the terminal. */
export class IncompleteStoreError extends Error {
  override readonly name = 'IncompleteStoreError';
}

/**
 * Refuses an incomplete data directory before anything is written to it.
 * @returns `new` for a directory without a store
 * @throws {IncompleteStoreError}
 */
export function requireWholeStore(dataDirectory: string): 'new' | 'kept' {
  const listed = readMarker(dataDirectory);
  const exists = (name: string) => existsSync(join(dataDirectory, name));
  const isThere = (name: string) => exists(name) || (name === TABLE_FOLDER && exists(LEVEL_FOLDER));
  // An interrupted first start has created only the first few files, and nothing that matters.
  const last = REQUIRED.findLastIndex(isThere);
  const missing = (listed ?? REQUIRED.slice(0, last + 1)).filter((name) => !isThere(name));
  if (missing.length > 0) {
    const names = missing.map((name) => join(dataDirectory, name)).join(' and ');
    const verb = missing.length === 1 ? 'is' : 'are';
    throw new IncompleteStoreError(
      `${names} ${verb} missing, and without ${missing.length === 1 ? 'it' : 'them'} the rest of the data directory would be lost`,
    );
  }
  return last === -1 && listed === null ? 'new' : 'kept';
}

/** Records that the first start has created every file. */
export function markStoreComplete(dataDirectory: string): void {
  const path = join(dataDirectory, MARKER);
  const optional = OPTIONAL.filter((name) => existsSync(join(dataDirectory, name)));
  const text = `${JSON.stringify({ format: FORMAT, files: [...REQUIRED, ...optional] })}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writePrivateFile(path, Buffer.from(text));
}

const Marker = z.object({ format: z.number(), files: z.array(z.string()) });

/** Reads the list of required files; null without a marker. A damaged marker still proves that there is a store. */
function readMarker(dataDirectory: string): readonly string[] | null {
  const path = join(dataDirectory, MARKER);
  if (!existsSync(path)) return null;
  const marker = parseMarker(readFileSync(path, 'utf8'));
  if (marker !== null && marker.format > FORMAT) {
    throw new IncompleteStoreError(
      `${dataDirectory} was written by a newer Sluice (format ${marker.format}; this one supports ${FORMAT}). Start that version`,
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
