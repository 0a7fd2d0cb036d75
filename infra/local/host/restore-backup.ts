import { lockDataDirectory, DataDirectoryInUseError } from './data-lock.ts';
import { readSettings, SettingsError } from './settings.ts';
import { DamagedBackupError, listBackups, type Backup } from './store/backup.ts';
import { findBackup, restoreBackup } from './store/restore.ts';

/** `npm run restore`: lists the backups of the data directory, or restores one. */

const HELP = `npm run restore                 lists the backups of the data directory
npm run restore -- latest       restores the newest backup
npm run restore -- NAME         restores that backup

Stop Sluice first. The current files are moved to the folder set-aside, not deleted.
SLUICE_DATA_DIR chooses the data directory; the demo's is .data/demo.`;

async function main(given: string[]): Promise<number> {
  if (given.includes('--help') || given.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const { dataDirectory } = readSettings(process.env);
  const backups = listBackups(dataDirectory);
  if (backups.length === 0) {
    console.error(
      `There is no backup in ${dataDirectory}. Sluice makes the first one within a minute after its start.`,
    );
    return 1;
  }
  const [name] = given;
  if (name === undefined) {
    console.log(`Backups in ${dataDirectory}, newest first:`);
    for (const backup of backups) console.log(`  ${describe(backup)}`);
    console.log('\nRestore one with: npm run restore -- NAME   (or: latest)');
    return 0;
  }
  const backup = findBackup(dataDirectory, name);
  if (!backup) {
    console.error(`There is no backup ${JSON.stringify(name)}. List the backups with: npm run restore`);
    return 1;
  }
  const unlock = lockDataDirectory(dataDirectory);
  try {
    const aside = await restoreBackup({ dataDirectory, backup, now: new Date() });
    console.log(`Restored ${describe(backup)}.`);
    console.log(`The previous files are in ${aside}. Start Sluice with npm start.`);
    return 0;
  } finally {
    unlock();
  }
}

function describe({ name, rows, files }: Backup): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return `${name}   ${rows === null ? 'earlier format' : `${rows} rows`}, ${Math.ceil(bytes / 1024)} kB`;
}

try {
  process.umask(0o077);
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isExplained = [SettingsError, DataDirectoryInUseError, DamagedBackupError].some(
    (kind) => error instanceof kind,
  );
  console.error(isExplained ? (error as Error).message : error);
  process.exitCode = 1;
}
