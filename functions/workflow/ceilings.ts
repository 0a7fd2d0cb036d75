import { listCeilings, putCeiling } from '../aws/ceiling-table.ts';
import type { TableDeps } from '../aws/clients.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import {
  areStartsAbove,
  ceilingActor,
  courseOf,
  decideCeilingStop,
  evaluateCeiling,
  formatMicroUsd,
  holdOn,
  isConcerned,
  knownMicroUsd,
  limitOf,
  type Ceiling,
} from '../domain/ceiling.ts';
import { moneySubjectOf, type CeilingReport } from '../domain/ceiling-signals.ts';
import { courseText, nameOfCeiling } from '../domain/ceiling-words.ts';
import type { Destination } from '../domain/destination.ts';
import type { Decision } from '../domain/lifecycle.ts';
import { AppError, errorName } from '../domain/errors.ts';
import type { Spending } from '../domain/spending.ts';
import { inTurn, type Turn } from './in-turn.ts';
import { requestChange } from './operations.ts';
import { readSpending, type SpendingDeps } from './read-spending.ts';
import type { OperationDeps, WorkflowDeps } from './workflow-deps.ts';

/** Compares the spending with the ceilings, and stops what a ceiling says. */

export type CeilingDeps = OperationDeps & SpendingDeps;

/** Whose timeline shows what happens to limits of the deployment. */
export const DEPLOYMENT_OWNER = { destinationId: 'deployment', name: 'Deployment' };

/**
 * Evaluates all ceilings and acts on them. May be repeated and interrupted anywhere: the decision is stored before
 * anything is stopped, and every later call stops what is left.
 * @param records read before this call
 */
export async function evaluateCeilings(
  deps: CeilingDeps,
  records: readonly Destination[],
  everySeconds: number,
): Promise<CeilingReport[]> {
  const reports: CeilingReport[] = [];
  for (const ceiling of await listCeilings(deps)) {
    const spending = await readSpending(deps, ceiling.period, records);
    const stored = await move(deps, ceiling, spending, everySeconds);
    if (courseOf(stored, deps.now())?.state === 'stopped') await stopConcerned(deps, stored, records);
    reports.push({ ceiling: stored, spending, subject: moneySubjectOf(ceiling.period) });
  }
  return reports;
}

/** Evaluates one ceiling and stores its decision. @returns the ceiling as stored, or as read when others came first */
async function move(deps: CeilingDeps, ceiling: Ceiling, spending: Spending, everySeconds: number): Promise<Ceiling> {
  const now = deps.now();
  const next = evaluateCeiling(ceiling, spending, now, everySeconds);
  if (next === ceiling) return ceiling;
  const stored = await putCeiling(deps, ceiling, next);
  // Another monitor or a person was faster. The next evaluation starts from what they stored.
  if (!stored) return ceiling;
  await noteCeiling(deps, stored, { actor: ceilingActor(stored), detail: courseText(stored, now) });
  return stored;
}

/** Records what happened to a ceiling on the timeline. */
export async function noteCeiling(
  deps: TableDeps & { now: () => Date },
  { period, revision }: Ceiling,
  { actor, detail }: { actor: string; detail: string },
): Promise<void> {
  const entry = { at: deps.now().toISOString(), actor, kind: 'ceiling' as const, detail };
  await putTimelineEntry(deps, DEPLOYMENT_OWNER, entry, `${period}-${revision}`);
}

/**
 * Stops everything that a ceiling may stop. A failure with one destination does not keep the others on air; the next
 * evaluation tries again.
 * @param requestedBy the person who answered; the ceiling itself when left out
 */
export async function stopConcerned(
  deps: OperationDeps,
  ceiling: Ceiling,
  records: readonly Destination[],
  requestedBy: string = ceilingActor(ceiling),
): Promise<void> {
  const concerned = records.filter(
    ({ destinationId, desired }) => desired === 'running' && isConcerned(ceiling, destinationId),
  );
  const ids = concerned.map(({ destinationId }) => destinationId);
  await stopEach(deps, ids, { requestedBy, decide: decideCeilingStop });
}

/** Requests stops because of a limit, each independently of the others. Logs a failure. */
export async function stopEach(
  deps: OperationDeps,
  ids: readonly string[],
  request: { requestedBy: string; decide: (record: Destination) => Decision },
): Promise<void> {
  for (const destinationId of ids) {
    try {
      await requestChange(deps, destinationId, request);
    } catch (error) {
      deps.logger.error('a limit could not stop a destination', {
        destinationId,
        error: errorName(error),
      });
    }
  }
}

/** Another start has to see what the one before it will cost. */
export const STARTING: Turn = { name: 'starts-within-ceilings', doing: 'starting destinations' };

/**
 * Makes a request that starts a destination, unless a ceiling is against it. Starts that a ceiling concerns take turns:
 * of two at the same time, each alone could be within the ceiling, and both together above it.
 * @param request makes the request
 * @throws {AppError} `ceiling_reached`, or `concurrent_change` when others start destinations all the time
 */
export async function startWithinCeilings<Result>(
  deps: SpendingDeps & Pick<WorkflowDeps, 'sleep'>,
  destinationId: string,
  request: () => Promise<Result>,
  options: { isAgain?: boolean } = {},
): Promise<Result> {
  if (!(await listCeilings(deps)).some((ceiling) => isConcerned(ceiling, destinationId))) return request();
  return inTurn(deps, STARTING, async () => {
    await requireWithinCeilings(deps, destinationId, options);
    return request();
  });
}

/**
 * Refuses to start a destination that a ceiling keeps off air, or whose start would lead above a ceiling even if it were
 * stopped at once.
 * @param isAgain the destination is on air, and a restart is charged as another start
 * @param records all destinations; read when left out
 * @throws {AppError} `ceiling_reached`
 */
export async function requireWithinCeilings(
  deps: SpendingDeps,
  destinationId: string,
  { isAgain = false, records: known }: { isAgain?: boolean; records?: readonly Destination[] } = {},
): Promise<void> {
  const ceilings = (await listCeilings(deps)).filter((ceiling) => isConcerned(ceiling, destinationId));
  if (ceilings.length === 0) return;
  const records = known ?? (await listAllDestinations(deps));
  const record = records.find((each) => each.destinationId === destinationId);
  // A repeated start begins nothing.
  if (!record || (!isAgain && record.desired === 'running' && record.status !== 'error')) return;
  await requireStartsWithin(deps, ceilings, { records, starting: [record] });
}

/**
 * Refuses starts together, as `requireWithinCeilings` does for one.
 * @param starting destinations that begin a run
 * @throws {AppError} `ceiling_reached`
 */
export async function requireStartsWithin(
  deps: SpendingDeps,
  ceilings: readonly Ceiling[],
  { records, starting }: { records: readonly Destination[]; starting: readonly Destination[] },
): Promise<void> {
  const now = deps.now();
  for (const { destinationId } of starting) {
    const holding = holdOn(ceilings, destinationId, now);
    if (holding) throw refused(holding, `the ${nameOfCeiling(holding)} has stopped everything that is not spared`);
  }
  for (const ceiling of ceilings) {
    if (limitOf(ceiling, now) === null) continue;
    const spending = await readSpending(deps, ceiling.period, records);
    if (!areStartsAbove(ceiling, spending, starting, now)) continue;
    const spent = formatMicroUsd(knownMicroUsd(spending.spent));
    const starts = starting.length === 1 ? 'another start' : `${starting.length} more starts`;
    throw refused(ceiling, `the ${nameOfCeiling(ceiling)} does not allow ${starts}: ${spent} are spent`);
  }
}

function refused({ period }: Ceiling, detail: string): AppError {
  return new AppError('ceiling_reached', {
    detail,
    remedy: `keep running with POST /api/ceilings/${period}/answer, raise the ceiling with PUT /api/ceilings/${period}, or spare the destination there`,
  });
}
