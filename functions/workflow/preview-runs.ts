import { getDestination } from '../aws/destination-table.ts';
import { listOperations } from '../aws/history-table.ts';
import type { TableDeps } from '../aws/clients.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../domain/destination.ts';
import { previewRuns, type PreviewRun } from '../domain/recording-start.ts';

/** More than a preview that fails again and again has in the time that MediaPackage keeps. */
const OPERATIONS_MAX = 300;

/** Reads the preview's record, and when it ran. */
export async function readPreview(deps: TableDeps): Promise<{ primary: Destination | null; runs: PreviewRun[] }> {
  const operations = await listOperations(deps, PRIMARY_DESTINATION_ID, OPERATIONS_MAX);
  const primary = await getDestination(deps, PRIMARY_DESTINATION_ID);
  return { primary, runs: previewRuns(primary, operations) };
}
