import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createBackup, listBackups } from './backup.ts';
import { LEVEL_FOLDER, requireWholeStore, TABLE_FOLDER } from './kept-files.ts';
import type { Write } from './journal-lines.ts';
import { readLevelTable } from './read-level-table.ts';
import { ASIDE_FOLDER } from './restore.ts';

/** A store that may be opened. */
export interface OpenStore {
  /** Rows of the earlier format, if there are any to migrate. */
  importedRows?: Iterable<Write>;
  /** Moves the migrated table aside. Call it once the rows are on disk in the new format. */
  finish(): void;
}

/**
 * Checks the data directory before anything is written to it, and reads the table of an earlier version after a full
 * backup.
 * @throws {IncompleteStoreError} when a file is missing
 */
export async function openStore(options: {
  dataDirectory: string;
  now: Date;
  print: (line: string) => void;
}): Promise<OpenStore> {
  const { dataDirectory, now, print } = options;
  const isNew = requireWholeStore(dataDirectory) === 'new';
  closeToOthers(dataDirectory, isNew);
  if (isNew) return { finish() {} };
  const level = join(dataDirectory, LEVEL_FOLDER);
  if (!existsSync(level)) return { finish() {} };
  const finish = () => {
    const aside = join(dataDirectory, ASIDE_FOLDER);
    mkdirSync(aside, { recursive: true, mode: 0o700 });
    renameSync(level, join(aside, `${LEVEL_FOLDER}-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`));
  };
  // The migration was interrupted after its last write: the new table is complete and the old one is only in the way.
  const table = join(dataDirectory, TABLE_FOLDER);
  if (existsSync(join(table, 'record'))) return { finish };
  // It was interrupted before that: discard the partial table.
  rmSync(table, { recursive: true, force: true });
  const backup = await createBackup({ dataDirectory, reason: 'before-upgrade', now });
  print(`Migrating the data directory to a new format. The backup ${backup.name} holds the old one.`);
  const { rows, broken } = await readLevelTable(level);
  for (const { path, position } of broken) {
    print(
      `${path} is damaged at byte ${position}: later entries of this file are lost, with or without the migration. ` +
        `Check the list of destinations. The backup keeps the damaged file.`,
    );
  }
  return { importedRows: rows, finish };
}

/** Files that a start writes before it opens the store. */
const OURS = /^(in-use\.json.*|access-token|programs\.json|backups)$/;

/**
 * Makes the directory private, because earlier versions left it readable to all. A directory with foreign files keeps
 * its mode.
 */
function closeToOthers(dataDirectory: string, isNew: boolean): void {
  const isOurs = !isNew || (existsSync(dataDirectory) && readdirSync(dataDirectory).every((name) => OURS.test(name)));
  if (isOurs) chmodSync(dataDirectory, 0o700);
}

/** Returns the remedy for a store that cannot be opened. */
export function remedyFor(dataDirectory: string): string {
  const [newest] = listBackups(dataDirectory);
  const restore = newest
    ? `restore the newest backup, ${newest.name}, with: npm run restore -- latest`
    : 'restore the data directory from your own backup (Sluice has made none yet)';
  return `Nothing was changed. Remedy: ${restore}; or move the whole data directory away to start empty. See "The store is refused" in RUNBOOK.md`;
}
