import { DEFAULT_NO_SOURCE_LIMIT, type NoSourceLimit } from '../domain/no-source-limit.ts';
import type { TableDeps } from './clients.ts';
import { getRevised, putRevised } from './revised-item.ts';

const KEY = { pk: 'NO-SOURCE-LIMIT', sk: 'deployment' };

/** Reads the no-source limit of the deployment, strongly consistent; the default before it was set. */
export async function getNoSourceLimit(deps: TableDeps): Promise<NoSourceLimit> {
  return (await getRevised<NoSourceLimit>(deps, KEY)) ?? DEFAULT_NO_SOURCE_LIMIT;
}

/** Stores the limit. @returns the limit as stored; null when another writer came first */
export function putNoSourceLimit(
  deps: TableDeps,
  before: NoSourceLimit,
  after: NoSourceLimit,
): Promise<NoSourceLimit | null> {
  return putRevised(deps, KEY, before.revision === 0 ? null : before, after);
}
