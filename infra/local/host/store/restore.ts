import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BACKUPS_FOLDER, copyFile, listBackups, verifyBackup, type Backup } from './backup.ts';
import { systemDisk } from './disk.ts';
import { KEPT_NAMES, markStoreComplete } from './kept-files.ts';

/** What a restore moved out of the way, and what an upgrade replaced. */
export const ASIDE_FOLDER = 'set-aside';

/**
 * Puts a backup in the place of what the data directory holds now, which is moved aside and not deleted. A restore that is
 * cut off leaves a directory that does not start; it can be repeated.
 * @returns where the former files are
 * @throws {DamagedBackupError} before anything is changed
 */
export async function restoreBackup(options: { dataDirectory: string; backup: Backup; now: Date }): Promise<string> {
  const { dataDirectory, backup, now } = options;
  verifyBackup(dataDirectory, backup);
  const from = join(dataDirectory, BACKUPS_FOLDER, backup.name);
  const copy = join(dataDirectory, 'restoring');
  rmSync(copy, { recursive: true, force: true });
  for (const { path } of backup.files) copyFile(join(from, path), join(copy, path));
  // From here on until the end a start finds files missing, and refuses.
  markStoreComplete(dataDirectory);
  const aside = join(dataDirectory, ASIDE_FOLDER, now.toISOString().replaceAll(':', '-'));
  mkdirSync(aside, { recursive: true, mode: 0o700 });
  const names = KEPT_NAMES.filter((name) => name !== 'store.json');
  for (const name of names) moveIfThere(join(dataDirectory, name), join(aside, name));
  for (const name of names) moveIfThere(join(copy, name), join(dataDirectory, name));
  rmSync(copy, { recursive: true, force: true });
  // An older backup may lack what was added since.
  markStoreComplete(dataDirectory);
  await systemDisk.syncDirectory(dataDirectory);
  return aside;
}

/** Finds a backup by its name; `latest` is the newest. */
export function findBackup(dataDirectory: string, name: string): Backup | undefined {
  const backups = listBackups(dataDirectory);
  return name === 'latest' ? backups[0] : backups.find((backup) => backup.name === name);
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}
