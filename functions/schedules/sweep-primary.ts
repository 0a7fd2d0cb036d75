import { listCeilings } from '../aws/ceiling-table.ts';
import { changeDestination, insertDestination } from '../aws/destination-table.ts';
import { getSourceObservation } from '../aws/source-table.ts';
import type { FlowView } from '../aws/flow.ts';
import { needWithin } from '../domain/ceiling.ts';
import type { Destination } from '../domain/destination.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { newPrimary, primaryNeed, withPrimaryNeed, withPrimaryPreset, type PrimaryNeed } from '../domain/primary.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import type { SweepDeps } from './sweep-deps.ts';

/**
 * Creates or updates the primary's record with its encodings and the desired state of its mode. The sweep then handles
 * it like any destination.
 * @returns the records, including the primary's
 */
export async function keepPrimary(
  deps: SweepDeps,
  records: Destination[],
  flow: FlowView | null,
): Promise<Destination[]> {
  if (deps.primary === undefined) return records;
  const { preset, mode } = deps.primary;
  const primary = records.find(isPrimary);
  if (!primary) {
    const made = newPrimary(preset, deps.now());
    const needOf = await readNeed(deps, mode, flow);
    const record = withPrimaryNeed(made, needOf(made), deps.now(), mode);
    // When another sweep inserted it first, the next sweep handles it.
    return (await insertDestination(deps, record)) ? [...records, record] : records;
  }
  const chosenMode = primary.primaryMode ?? mode;
  const needOf = await readNeed(deps, chosenMode, flow);
  const keep = (record: Destination) =>
    withPrimaryNeed(withPrimaryPreset(record, preset, deps.now()), needOf(record), deps.now(), chosenMode);
  if (keep(primary) === primary) return records;
  const changed = await changeDestination(deps, primary.destinationId, keep);
  return records.map((record) => (record === primary && changed ? changed : record));
}

/** Reads what the need depends on besides the record. */
async function readNeed(
  deps: SweepDeps,
  mode: PrimaryMode,
  flow: FlowView | null,
): Promise<(record: Destination) => PrimaryNeed> {
  // Only this mode depends on the encoder.
  const observation = mode === 'with-source' ? await getSourceObservation(deps) : null;
  const now = deps.now();
  const need = primaryNeed({ mode, flowStatus: flow?.status ?? null, source: observation, now });
  const ceilings = await listCeilings(deps);
  return (record) => needWithin(ceilings, record, need, now);
}
