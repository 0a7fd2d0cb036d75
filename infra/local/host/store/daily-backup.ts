import { DAY_MS } from '../../../../functions/domain/utc-day.ts';
import type { Logger } from '../../../../functions/workflow/workflow-deps.ts';
import { createBackup, listBackups } from './backup.ts';
import type { StorageHealth } from './storage-health.ts';
import { DamagedTableError } from './damaged-table.ts';

/** The first backup is nearly empty; the second holds what was set up in the first hour. */
const SECOND_AFTER_MS = 60 * 60 * 1000;

/**
 * Creates a backup when the last one is a day old, and the second one an hour after the first. Each backup also reads
 * back the files on disk; damage found that way is reported, and the files are written again from memory.
 */
export function createDailyBackup(deps: {
  dataDirectory: string;
  pause: <Result>(action: () => Promise<Result>) => Promise<Result>;
  health: Pick<StorageHealth, 'fail' | 'failure'>;
  logger: Logger;
}): (now: Date) => Promise<void> {
  const { dataDirectory, pause, health, logger } = deps;
  return async (now) => {
    if (health.failure() !== null || !isDue(dataDirectory, now)) return;
    try {
      const { name } = await pause(() => createBackup({ dataDirectory, reason: 'daily', now }));
      logger.info('backup created', { name });
    } catch (error) {
      if (error instanceof DamagedTableError) health.fail('table', error);
      logger.error('the daily backup failed; Sluice tries again in a moment', {
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  };
}

function isDue(dataDirectory: string, now: Date): boolean {
  const daily = listBackups(dataDirectory).filter(({ reason }) => reason === 'daily');
  const [newest] = daily;
  if (newest === undefined) return true;
  const ageMs = now.getTime() - Date.parse(newest.createdAt);
  // The age is negative after the clock was set back.
  return ageMs < 0 || ageMs >= (daily.length === 1 ? SECOND_AFTER_MS : DAY_MS);
}
