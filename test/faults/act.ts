import type { Destination } from '../../functions/domain/destination.ts';
import { newDestination } from '../../functions/domain/new-destination.ts';
import { idOf } from './destination-ids.ts';
import { FRESH_SECONDS } from './entry-points.ts';
import type { Outcome } from './processes.ts';
import type { World } from './world.ts';

/** Simulates the requests of people: the API's own changes to a record, made like the API makes them. */

/** A request. `edit` applies at the next start, `edit-now` restarts a running destination. */
export type Ask =
  | 'start'
  | 'stop'
  | 'delete'
  | 'edit'
  | 'edit-now'
  | 'replace-key'
  | 'replace-key-now'
  | 'backup-off-now';

/** Returns a stream key that no sink may hold. Its special characters differ between encodings. */
export function canaryOf(destinationNumber: number, version = 1): string {
  return `c4n4ry-${destinationNumber}-v${version}-7f3a&91bd=zq5x~+`;
}

/** The stream key that `replace-key` sets. */
export const REPLACED_KEY = 'c4n4ry-replaced-7f3a&91bd=zq5x~+';

/** The stream key of the backup ingest, if a destination has one. */
export const BACKUP_KEY = 'c4n4ry-backup-7f3a&91bd=zq5x~+';

/** Adds a destination like `POST /api/destinations`: a warm one gets its input and channel at once. */
export function addDestination(
  world: World,
  destinationNumber: number,
  change: Partial<Destination> = {},
): Promise<Outcome> {
  const destinationId = idOf(destinationNumber);
  return world.runAs('api', destinationId, async () => {
    const { deps, production } = world;
    const now = deps.now();
    const chosen = {
      destinationId,
      name: `Destination ${destinationNumber}`,
      platform: 'custom',
      rtmpUrl: 'rtmp://127.0.0.1:1935/live',
      streamKeyCiphertext: await production.sealKey(deps, destinationId, canaryOf(destinationNumber)),
      preset: '720p30',
      standby: 'warm' as const,
    };
    const ownKey = change.backupRtmpUrl
      ? { backupStreamKeyCiphertext: await production.sealKey(deps, destinationId, BACKUP_KEY) }
      : {};
    const idle = newDestination({ ...chosen, ...ownKey, ...change }, now);
    const record =
      idle.standby === 'warm'
        ? production.lifecycle.withOperation(idle, 'create', { now, requestedBy: 'a person' })
        : idle;
    await production.insertDestination(deps, record);
    await production.startQuietly(deps, record);
  });
}

/** Sends a request like the API's routes. Refusals and lost answers are part of the outcome. */
export function ask(world: World, destinationId: string, what: Ask): Promise<Outcome> {
  world.note(`ask   ${destinationId} ${what}`);
  return world.runAs('api', destinationId, async () => {
    const { deps, production } = world;
    const { change: changes, requestChange } = production;
    const requestedBy = 'a person';
    const decisions = { start: changes.decideStart, stop: changes.decideStop, delete: changes.decideDelete };
    if (what === 'start' || what === 'stop' || what === 'delete') {
      return requestChange(deps, destinationId, { requestedBy, decide: decisions[what] });
    }
    const apply = what.endsWith('-now') ? 'now' : 'next-start';
    const edit = what.startsWith('replace-key')
      ? { streamKeyCiphertext: await production.sealKey(deps, destinationId, REPLACED_KEY) }
      : what.startsWith('backup-off')
        ? { backupRtmpUrl: null }
        : { preset: world.record(destinationId)?.preset === '720p30' ? '480p30' : '720p30' };
    return requestChange(deps, destinationId, {
      requestedBy,
      decide: (record) => changes.decideEdit(record, edit, { apply, now: deps.now(), freshSeconds: FRESH_SECONDS }),
    });
  });
}
