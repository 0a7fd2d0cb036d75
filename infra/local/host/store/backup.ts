import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createDirectoriesBelow, createDirectory } from '../create-directory.ts';
import { writePrivateFile } from '../root-key.ts';
import { openSealedFile } from '../sealed-file.ts';
import { systemDisk } from './disk.ts';
import { KEPT_NAMES, NOT_BACKED_UP, TABLE_FOLDER } from './kept-files.ts';
import { openTableJournal } from './table-journal.ts';

/**
 * Backups: copies of everything the data directory must hold, including the root key. Each backup is one folder with a
 * list of checksums; it was read back and verified before it got its name.
 */

export const BACKUPS_FOLDER = 'backups';
const MANIFEST = 'backup.json';
/** Per reason; the oldest are removed first. */
const KEPT_MAX = { daily: 14, 'before-upgrade': 5 };

export type BackupReason = keyof typeof KEPT_MAX;

const Manifest = z.object({
  createdAt: z.string(),
  reason: z.enum(Object.keys(KEPT_MAX) as [BackupReason]),
  /** Number of rows in the table; null for a table of an earlier format. */
  rows: z.number().nullable(),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** A backup's own manifest. `name` is the name of its folder. */
export interface Backup extends z.infer<typeof Manifest> {
  name: string;
}

/** Reports a backup whose files do not match its manifest. The message is ready for the terminal. */
export class DamagedBackupError extends Error {
  override readonly name = 'DamagedBackupError';
}

/**
 * Creates a verified backup. The caller ensures that nothing is written meanwhile.
 * @throws the damage in a file, or the system's error; there is no new backup then
 */
export async function createBackup(options: {
  dataDirectory: string;
  reason: BackupReason;
  now: Date;
}): Promise<Backup> {
  const { dataDirectory, reason, now } = options;
  const createdAt = now.toISOString();
  const name = `${createdAt.slice(0, 19).replaceAll(':', '-')}Z-${reason}`;
  const folder = join(dataDirectory, BACKUPS_FOLDER);
  const partial = join(folder, `${name}.part`);
  // Report a damaged file by its own path, not by that of its copy.
  openSealedFiles(dataDirectory);
  rmSync(partial, { recursive: true, force: true });
  createDirectory(folder);
  createDirectory(partial);
  try {
    for (const path of keptFiles(dataDirectory)) {
      copyFile({ from: dataDirectory, to: partial, path });
    }
    const manifest = { createdAt, reason, rows: await verifyCopy(partial), files: listFiles(partial) };
    writePrivateFile(join(partial, MANIFEST), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
    rmSync(join(folder, name), { recursive: true, force: true });
    renameSync(partial, join(folder, name));
    await systemDisk.syncDirectory(folder);
    removeOldest(dataDirectory, reason);
    return { name, ...manifest };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  }
}

/** Lists every backup, newest first. Skips a folder without a readable manifest. */
export function listBackups(dataDirectory: string): Backup[] {
  const folder = join(dataDirectory, BACKUPS_FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const manifest = readManifest(join(folder, name, MANIFEST));
      return manifest && !name.endsWith('.part') ? [{ name, ...manifest }] : [];
    })
    .toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

/** @throws {DamagedBackupError} when a file differs from the manifest */
export function verifyBackup(dataDirectory: string, backup: Backup): void {
  const folder = join(dataDirectory, BACKUPS_FOLDER, backup.name);
  for (const { path, bytes, sha256 } of backup.files) {
    const file = join(folder, path);
    const isWhole = existsSync(file) && statSync(file).size === bytes && hashOf(file) === sha256;
    if (!isWhole)
      throw new DamagedBackupError(`the backup ${backup.name} is damaged: ${path} differs from what was saved`);
  }
}

/**
 * Copies a file durably from folder to folder, for its owner only.
 * @throws when one of the folders does not exist
 */
export function copyFile({ from, to, path }: { from: string; to: string; path: string }): void {
  createDirectoriesBelow(to, dirname(path));
  writePrivateFile(join(to, path), readFileSync(join(from, path)));
}

/** Lists the files to back up, by their path below the data directory. */
function keptFiles(dataDirectory: string): string[] {
  return KEPT_NAMES.flatMap((name) => filesBelow(dataDirectory, name));
}

function filesBelow(root: string, path: string): string[] {
  if (NOT_BACKED_UP.includes(path)) return [];
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesBelow(root, join(path, name)));
}

function listFiles(folder: string): Backup['files'] {
  return keptFiles(folder).map((path) => {
    const file = join(folder, path);
    return { path, bytes: statSync(file).size, sha256: hashOf(file) };
  });
}

/** Opens a copy as a start would. @returns the number of rows in its table, null for an earlier format */
async function verifyCopy(folder: string): Promise<number | null> {
  openSealedFiles(folder);
  const directory = join(folder, TABLE_FOLDER);
  if (!existsSync(directory)) return null;
  const { rows } = await openTableJournal({ directory, disk: systemDisk });
  return rows.size;
}

function openSealedFiles(folder: string): void {
  for (const path of keptFiles(folder)) {
    if (path.endsWith('.sealed')) openSealedFile(join(folder, path), folder);
  }
}

function removeOldest(dataDirectory: string, reason: BackupReason): void {
  const ofReason = listBackups(dataDirectory).filter((backup) => backup.reason === reason);
  for (const { name } of ofReason.slice(KEPT_MAX[reason])) {
    rmSync(join(dataDirectory, BACKUPS_FOLDER, name), { recursive: true, force: true });
  }
}

function readManifest(path: string): z.infer<typeof Manifest> | null {
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
