import { listAllDestinations } from '../aws/destination-table.ts';
import type { ScheduleRun } from '../aws/incident-settings-table.ts';
import { takeInventory } from '../aws/inventory.ts';
import type { FlowView } from '../aws/flow.ts';
import { holdsLease, underLease, type Lease } from '../aws/lease-table.ts';
import type { Destination } from '../domain/destination.ts';
import { COUNTED_LINES, type SweepOutcome } from './counted-log-lines.ts';
import { correctDrift } from './sweep-drift.ts';
import { repairEgress } from './repair-egress.ts';
import { countFailingTargets, restartDeliveries } from './sweep-deliveries.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { continueOperation, continueRest } from './sweep-operations.ts';
import { reportSweep } from './sweep-incidents.ts';
import { handleOrphans } from './sweep-orphans.ts';
import { sweepGroupStarts } from './sweep-group-starts.ts';
import { sweepRecordings } from './sweep-recordings.ts';
import { keepPrimary } from './sweep-primary.ts';
import { sweepShows } from './sweep-shows.ts';
import { errorName } from '../domain/errors.ts';

/**
 * The sweep: completes interrupted operations, and compares AWS with the records in both directions. It always reads
 * the same few lists, all of them before it acts, and does nothing if one cannot be read. A lease keeps two sweeps from
 * working concurrently.
 */

/** Longer than a sweep takes, and shorter than the interval between sweeps on AWS. */
const LEASE_SECONDS = 240;

/**
 * Runs one sweep.
 * @throws when records or inventory cannot be read; then nothing was changed
 */
export async function sweep(deps: SweepDeps): Promise<SweepOutcome> {
  const wanted = { name: 'sweep', now: deps.now(), seconds: LEASE_SECONDS, takeOver: deps.takeOverLease ?? false };
  const swept = await underLease(deps, wanted, (lease) => sweepUnderLease(deps, lease));
  return swept?.result ?? { ran: false, orphans: 0, released: 0, halted: false };
}

async function sweepUnderLease(deps: SweepDeps, lease: Lease): Promise<SweepOutcome> {
  const inventory = await takeInventory(deps);
  // Read after the inventory, so that no record is older than the resources the inventory shows.
  const known = await listAllDestinations(deps);
  const egressBlocked = !(await repairQuietly(deps, inventory.flow));
  const records = await keepPrimary(deps, known, inventory.flow);
  for (const record of records) {
    // Changes of a destination are conditional on its record; only the clock shows that the lease has expired.
    if (deps.now().getTime() >= lease.expiresAtMs) throw leaseLost();
    await guard(deps, record, async () => {
      if (record.operation) return continueOperation(deps, record);
      if (!(await continueRest(deps, record, inventory.flow))) await correctDrift(deps, record, inventory);
    });
  }
  const { found, released, halted } = await handleOrphans(deps, known, inventory, async () => {
    // Checks the clock last, because reading the lease may take longer than the lease lasts.
    if (!(await holdsLease(deps, lease, deps.now())) || deps.now().getTime() >= lease.expiresAtMs) throw leaseLost();
  });
  const unreadyShows = await sweepShowsQuietly(deps);
  await sweepGroupStartsQuietly(deps);
  const failingTargets = await restartQuietly(deps);
  await sweepRecordingsQuietly(deps);
  await reportQuietly(deps, records, { orphans: found, egressBlocked, failingTargets, unreadyShows });
  return { ran: true, orphans: found, released, halted };
}

/** Reports what was found. Logs a failure: the next sweep reports again. */
async function reportQuietly(
  deps: SweepDeps,
  records: readonly Destination[],
  found: Omit<ScheduleRun, 'ranAt'> & { orphans: number },
): Promise<void> {
  try {
    await reportSweep(deps, records, found);
  } catch (error) {
    deps.logger.error(COUNTED_LINES.incidentsNotSwept, { error: errorName(error) });
  }
}

/**
 * Starts missing deliveries. Logs a failure: the next sweep tries again.
 * @returns the number of targets that do not accept messages; undefined when it is not known
 */
async function restartQuietly(deps: SweepDeps): Promise<number | undefined> {
  try {
    await restartDeliveries(deps);
    return await countFailingTargets(deps);
  } catch (error) {
    deps.logger.error(COUNTED_LINES.deliveriesNotSwept, { error: errorName(error) });
    return undefined;
  }
}

/** Continues, ends and deletes recordings. Logs a failure: the next sweep tries again. */
async function sweepRecordingsQuietly(deps: SweepDeps): Promise<void> {
  try {
    await sweepRecordings(deps);
  } catch (error) {
    deps.logger.error(COUNTED_LINES.recordingsNotSwept, { error: errorName(error) });
  }
}

/**
 * Handles shows. Logs a failure: the next sweep tries again.
 * @returns how many start soon and are not ready; undefined when it is not known
 */
async function sweepShowsQuietly(deps: SweepDeps): Promise<number | undefined> {
  try {
    return await sweepShows(deps);
  } catch (error) {
    deps.logger.error(COUNTED_LINES.showsNotSwept, { error: errorName(error) });
    return undefined;
  }
}

/** Continues group starts. Logs a failure: the next sweep tries again. */
async function sweepGroupStartsQuietly(deps: SweepDeps): Promise<void> {
  try {
    await sweepGroupStarts(deps);
  } catch (error) {
    deps.logger.error(COUNTED_LINES.groupStartsNotSwept, { error: errorName(error) });
  }
}

/**
 * Allows the egress address. Logs a failure, which must not stop the sweep's other work.
 * @returns false when it may not be allowed
 */
async function repairQuietly(deps: SweepDeps, flow: FlowView | null): Promise<boolean> {
  try {
    await repairEgress(deps, flow);
    return true;
  } catch (error) {
    deps.logger.error(COUNTED_LINES.egressNotRepaired, { error: errorName(error) });
    return false;
  }
}

function leaseLost(): Error {
  return new Error('the sweep has lost its lease');
}

/** Logs a failure with one destination, so that the others are still handled. */
async function guard(deps: SweepDeps, { destinationId }: Destination, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    deps.logger.error(COUNTED_LINES.destinationNotSwept, {
      destinationId,
      error: errorName(error),
    });
  }
}
