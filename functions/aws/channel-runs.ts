import { collectRuns, type LedgerRun, type RunMention } from '../domain/cost-ledger.ts';
import type { Destination } from '../domain/destination.ts';
import type { TableDeps } from './clients.ts';
import { listAllDestinations } from './destination-table.ts';
import { readHistory } from './history-table.ts';

/**
 * Returns all channel runs that lasted into the time since an instant. Ended runs come from the history, which is read
 * through to now because a run is recorded when it ends; the others come from the records.
 * @param since the instant, or a function that derives it from the records
 */
export async function readRuns(
  deps: TableDeps,
  since: Date | ((records: readonly Destination[]) => Date),
  now: Date,
): Promise<{ runs: LedgerRun[]; records: Destination[] }> {
  // Read before the history: a run that ends in between then appears in both places instead of in neither.
  const records = await listAllDestinations(deps);
  const from = typeof since === 'function' ? since(records) : since;
  return { runs: collectRuns(await readMentions(deps, from, now), records, now), records };
}

/** Reads what the history records about runs since an instant, in no particular order. */
export async function readMentions(deps: TableDeps, since: Date, now: Date): Promise<RunMention[]> {
  const mentions: RunMention[] = [];
  for await (const rows of readHistory(deps, { from: since, to: now }, { only: 'runs' })) {
    for (const { destinationId, destinationName, at, run } of rows) {
      if (run) mentions.push({ destinationId, name: destinationName ?? destinationId, at, run });
    }
  }
  return mentions;
}
