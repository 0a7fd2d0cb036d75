import { AppError } from '../domain/errors.ts';
import type { ShowName } from '../domain/show-handover.ts';
import type { TableDeps } from './clients.ts';
import { getRevised, putRevised } from './revised-item.ts';

/**
 * Who started or stopped the flow last through Sluice. It is written before MediaConnect is asked, so a show that a
 * crash interrupted finds its own name, and one that a person overruled finds the person's.
 */
export interface SourceControl {
  /** The show that has the flow on and stops it; null when a person decided, or no show has it any more. */
  show: ShowName | null;
  action: 'start' | 'stop';
  /** Whether a person decided. */
  isByHand: boolean;
  by: string;
  at: string;
  /** Counts the writes. Each write is conditional on it. */
  revision: number;
}

const KEY = { pk: 'SOURCES', sk: 'control' };
const ATTEMPTS_MAX = 5;

/** Reads who controls the flow, strongly consistent. Null when Sluice has neither started nor stopped it yet. */
export function getSourceControl(deps: TableDeps): Promise<SourceControl | null> {
  return getRevised<SourceControl>(deps, KEY);
}

/** Stores who controls the flow. @returns the item as stored; null when another writer came first */
export function putSourceControl(
  deps: TableDeps,
  before: SourceControl | null,
  after: Omit<SourceControl, 'revision'>,
): Promise<SourceControl | null> {
  return putRevised(deps, KEY, before, after);
}

/**
 * Records that a person starts or stops the flow, which wins over every show.
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export async function overruleShows(
  deps: TableDeps,
  decision: Pick<SourceControl, 'action' | 'at' | 'by'>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await getSourceControl(deps);
    if (await putSourceControl(deps, before, { ...decision, show: null, isByHand: true })) return;
  }
  throw new AppError('concurrent_change', {
    detail: `others started or stopped the source ${ATTEMPTS_MAX} times meanwhile`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}
