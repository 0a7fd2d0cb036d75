import { changeDestination, insertDestination } from '../aws/destination-table.ts';
import type { Destination } from '../domain/destination.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { newPrimary, withPrimaryPreset } from '../domain/primary.ts';
import type { SweepDeps } from './sweep-deps.ts';

/**
 * Keeps the always-on channel on record, with the ladder it is set to. From there on it is swept like any destination.
 * @returns the records with it
 */
export async function keepPrimary(deps: SweepDeps, records: Destination[]): Promise<Destination[]> {
  const { primaryPreset } = deps;
  if (primaryPreset === undefined) return records;
  const primary = records.find(isPrimary);
  if (!primary) {
    const made = newPrimary(primaryPreset, deps.now());
    // Somebody else may have been quicker: then it is swept the next time.
    return (await insertDestination(deps, made)) ? [...records, made] : records;
  }
  if (primary.preset === primaryPreset) return records;
  const changed = await changeDestination(deps, primary.destinationId, (record) =>
    withPrimaryPreset(record, primaryPreset, deps.now()),
  );
  return records.map((record) => (record === primary && changed ? changed : record));
}
