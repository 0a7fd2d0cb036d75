import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createBackup, listBackups } from './backup.ts';
import { LEVEL_FOLDER, requireWholeStore, TABLE_FOLDER } from './kept-files.ts';
import type { Write } from './journal-lines.ts';
import { readLevelTable } from './read-level-table.ts';
import { ASIDE_FOLDER } from './restore.ts';

/** A store that may be opened. */
export interface OpenStore {
  /** Rows of the earlier format, when there are any to take over. */
  importedRows?: Iterable<Write>;
  /** Moves what was taken over out of the way. Call it when the rows are on the disk in the new format. */
  finish(): void;
}

/**
 * Checks what the data directory holds before anything is written to it, and reads the table of an earlier version after
 * a backup of everything.
 * @throws {IncompleteStoreError} when something is missing
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
  // The upgrade was cut off after its last write: the table is whole, and the former one only in the way.
  const table = join(dataDirectory, TABLE_FOLDER);
  if (existsSync(join(table, 'record'))) return { finish };
  // Or before it: then nothing counts that is there.
  rmSync(table, { recursive: true, force: true });
  const backup = await createBackup({ dataDirectory, reason: 'before-upgrade', now });
  print(`the data directory is brought to a new format; the backup ${backup.name} has it as it was`);
  const { rows, broken } = await readLevelTable(level);
  for (const { path, position } of broken) {
    print(
      `${path} is damaged at byte ${position}: what was written after it is lost, as it would have been without the upgrade. ` +
        `Compare the list of destinations with what you expect; the backup keeps the file as it is`,
    );
  }
  return { importedRows: rows, finish };
}

/** What a start writes before it comes to the store. */
const OURS = /^(in-use\.json.*|access-token|programs\.json|backups)$/;

/** Earlier versions, and people, make the directory readable for all. One that holds other things stays as it is. */
function closeToOthers(dataDirectory: string, isNew: boolean): void {
  const isOurs = !isNew || (existsSync(dataDirectory) && readdirSync(dataDirectory).every((name) => OURS.test(name)));
  if (isOurs) chmodSync(dataDirectory, 0o700);
}

/** What to do about a store that cannot be opened. */
export function remedyFor(dataDirectory: string): string {
  const [newest] = listBackups(dataDirectory);
  const restore = newest
    ? `restore the newest backup, ${newest.name}, with: npm run restore -- latest`
    : 'restore the data directory from a backup of yours (it has none of its own yet)';
  return `Nothing was changed. To do: ${restore}; or move the whole data directory away to start empty. RUNBOOK.md, "The store is refused", says more`;
}
