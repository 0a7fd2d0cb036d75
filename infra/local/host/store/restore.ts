import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BACKUPS_FOLDER, copyFile, listBackups, verifyBackup, type Backup } from './backup.ts';
import { createDirectory } from '../create-directory.ts';
import { systemDisk } from './disk.ts';
import { KEPT_NAMES, markStoreComplete, NOT_BACKED_UP } from './kept-files.ts';

/** Holds the files that a restore or a migration replaced. */
export const ASIDE_FOLDER = 'set-aside';

/**
 * Replaces the contents of the data directory with a backup. The current files are moved aside, not deleted. An
 * interrupted restore leaves a directory that Sluice refuses to start from; repeat the restore then.
 * @returns the folder of the previous files
 * @throws {DamagedBackupError} before anything is changed
 */
export async function restoreBackup(options: { dataDirectory: string; backup: Backup; now: Date }): Promise<string> {
  const { dataDirectory, backup, now } = options;
  verifyBackup(dataDirectory, backup);
  const from = join(dataDirectory, BACKUPS_FOLDER, backup.name);
  const copy = join(dataDirectory, 'restoring');
  rmSync(copy, { recursive: true, force: true });
  createDirectory(copy);
  for (const { path } of backup.files) copyFile({ from, to: copy, path });
  // With the marker in place, a start refuses the directory until every file is back.
  markStoreComplete(dataDirectory);
  const aside = join(dataDirectory, ASIDE_FOLDER, now.toISOString().replaceAll(':', '-'));
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const names = KEPT_NAMES.filter((name) => name !== 'store.json');
  for (const name of names) moveIfThere(join(dataDirectory, name), join(aside, name));
  for (const name of names) moveIfThere(join(copy, name), join(dataDirectory, name));
  // A backup has no recordings, so those of before stay.
  for (const name of NOT_BACKED_UP) {
    mkdirSync(dirname(join(dataDirectory, name)), { recursive: true, mode: 0o700 });
    moveIfThere(join(aside, name), join(dataDirectory, name));
  }
  rmSync(copy, { recursive: true, force: true });
  // An older backup may lack files that newer versions added.
  markStoreComplete(dataDirectory);
  await systemDisk.syncDirectory(dataDirectory);
  return aside;
}

/** Finds a backup by name; `latest` is the newest. */
export function findBackup(dataDirectory: string, name: string): Backup | undefined {
  const backups = listBackups(dataDirectory);
  return name === 'latest' ? backups[0] : backups.find((backup) => backup.name === name);
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}
