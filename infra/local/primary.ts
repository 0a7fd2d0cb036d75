import type { AwsDeps } from '../../functions/aws/clients.ts';
import { changeDestination, insertDestination } from '../../functions/aws/destination-table.ts';
import { PRIMARY_DESTINATION_ID } from '../../functions/domain/destination.ts';
import { newDestination } from '../../functions/domain/new-destination.ts';

/**
 * Makes sure that the always-on HLS channel is on record, wished to run. From here on the sweep keeps it up like any
 * other destination. A changed ladder restarts it.
 * @param preset encoding ids, comma separated: one rendition each
 */
export async function ensurePrimaryDestination(deps: AwsDeps, preset: string, now: Date): Promise<void> {
  const chosen = {
    destinationId: PRIMARY_DESTINATION_ID,
    name: 'HLS preview',
    platform: 'hls',
    rtmpUrl: '',
    preset,
    standby: 'warm',
    desired: 'running',
  } as const;
  const inserted = await insertDestination(deps, newDestination(chosen, now));
  if (inserted) return;
  await changeDestination(deps, PRIMARY_DESTINATION_ID, (record) =>
    record.preset === preset ? record : { ...record, preset, restartRequested: true, lastModified: now.toISOString() },
  );
}
