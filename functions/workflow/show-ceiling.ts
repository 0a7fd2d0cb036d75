import { getDestination } from '../aws/destination-table.ts';
import { listOpenShows } from '../aws/show-table.ts';
import { getSourceObservation } from '../aws/source-table.ts';
import { formatMicroUsd, isStartAbove, knownMicroUsd } from '../domain/ceiling.ts';
import { showMoneySubjectOf, type CeilingReport } from '../domain/ceiling-signals.ts';
import { nameOfCeiling } from '../domain/ceiling-words.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { lostSinceOf, type EndFacts } from '../domain/show-ends.ts';
import type { Show } from '../domain/show.ts';
import { readShowSpending, type SpendingDeps } from './read-spending.ts';

/** Reads what the end rules of a show need, and keeps its starts below its ceiling. */

/** @param destinations the show's, read before this call */
export async function readEndFacts(
  deps: SpendingDeps,
  show: Show,
  destinations: ReadonlyMap<string, Destination | null>,
): Promise<EndFacts> {
  const isOnAir = show.state === 'starting' || show.state === 'live';
  const records = [...destinations.values()].filter((record) => record !== null);
  return {
    ...(isOnAir && show.ceiling ? { spending: await readShowSpending(deps, show, records) } : {}),
    ...(isOnAir && show.sourceLostMinutes !== null
      ? { sourceLostSince: lostSinceOf(await getSourceObservation(deps), deps.now()) }
      : {}),
  };
}

/**
 * Refuses to start a destination whose start would lead above the show's ceiling even if it were stopped at once.
 * @throws {AppError} `ceiling_reached`
 */
export async function requireWithinShowCeiling(deps: SpendingDeps, show: Show, destinationId: string): Promise<void> {
  const { ceiling } = show;
  if (ceiling === null) return;
  const found = await Promise.all(show.destinations.map((each) => getDestination(deps, each.destinationId)));
  const records = found.filter((record) => record !== null);
  const record = records.find((each) => each.destinationId === destinationId);
  // A repeated start begins nothing.
  if (!record || (record.desired === 'running' && record.status !== 'error')) return;
  const spending = await readShowSpending(deps, show, records);
  if (!isStartAbove(ceiling, spending, record, deps.now())) return;
  throw new AppError('ceiling_reached', {
    detail: `the ${nameOfCeiling(ceiling)} does not allow another start: ${formatMicroUsd(knownMicroUsd(spending.spent))} are spent`,
    remedy: 'raise the ceiling of the show, or spare the destination there',
  });
}

/** Reads what the shows with a ceiling that are on air have cost, for the incidents that warn. */
export async function readShowCeilings(deps: SpendingDeps, records: readonly Destination[]): Promise<CeilingReport[]> {
  const reports: CeilingReport[] = [];
  for (const show of await listOpenShows(deps)) {
    if (show.ceiling === null || (show.state !== 'starting' && show.state !== 'live')) continue;
    const counted = new Set(show.destinations.map(({ destinationId }) => destinationId));
    const spending = await readShowSpending(deps, show, records);
    reports.push({ ceiling: show.ceiling, spending, subject: showMoneySubjectOf(show), counted });
  }
  return reports;
}
