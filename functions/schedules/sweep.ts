import { listAllDestinations } from '../aws/destination-table.ts';
import { takeInventory } from '../aws/inventory.ts';
import type { FlowView } from '../aws/flow.ts';
import { acquireLease, holdsLease, releaseLease, type Lease } from '../aws/lease-table.ts';
import type { Destination } from '../domain/destination.ts';
import { COUNTED_LINES, type SweepOutcome } from './counted-lines.ts';
import { correctDrift } from './sweep-drift.ts';
import { repairEgress } from './repair-egress.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { continueOperation, continueRest } from './sweep-operations.ts';
import { handleOrphans } from './sweep-orphans.ts';
import { keepPrimary } from './sweep-primary.ts';

/**
 * The sweep: finishes what an interruption left, and compares AWS with the records in both directions. It reads the same
 * few lists whatever is wrong, first all of them and then acts; if one cannot be read it does nothing at all. A lease
 * keeps two sweeps from working at once.
 */

/** Longer than a sweep takes, shorter than the time to the next one on AWS. */
const LEASE_SECONDS = 240;

/**
 * Sweeps once.
 * @throws when records or inventory cannot be read; nothing was changed then
 */
export async function sweep(deps: SweepDeps): Promise<SweepOutcome> {
  const lease = await acquireLease(deps, {
    name: 'sweep',
    now: deps.now(),
    seconds: LEASE_SECONDS,
    takeOver: deps.takeOverLease ?? false,
  });
  if (!lease) return { ran: false, orphans: 0, released: 0, halted: false };
  try {
    return await sweepUnderLease(deps, lease);
  } finally {
    await releaseLease(deps, lease);
  }
}

async function sweepUnderLease(deps: SweepDeps, lease: Lease): Promise<SweepOutcome> {
  const inventory = await takeInventory(deps);
  // Read after the inventory: a record is then never older than what AWS was seen to have.
  const known = await listAllDestinations(deps);
  await repairQuietly(deps, inventory.flow);
  const records = await keepPrimary(deps, known, inventory.flow);
  for (const record of records) {
    // What one destination needs is conditional on its record; the time alone tells that somebody else may be at work.
    if (deps.now().getTime() >= lease.expiresAtMs) throw leaseLost();
    await guard(deps, record, async () => {
      if (record.operation) return continueOperation(deps, record);
      if (!(await continueRest(deps, record, inventory.flow))) await correctDrift(deps, record, inventory);
    });
  }
  const { found, released, halted } = await handleOrphans(deps, known, inventory, async () => {
    // The time is looked at last: reading the lease may have taken longer than it lasts.
    if (!(await holdsLease(deps, lease, deps.now())) || deps.now().getTime() >= lease.expiresAtMs) throw leaseLost();
  });
  return { ran: true, orphans: found, released, halted };
}

/** An input security group that cannot be read must not keep the sweep from its other work. */
async function repairQuietly(deps: SweepDeps, flow: FlowView | null): Promise<void> {
  try {
    await repairEgress(deps, flow);
  } catch (error) {
    deps.logger.error(COUNTED_LINES.egressNotRepaired, { error: error instanceof Error ? error.name : 'unknown' });
  }
}

function leaseLost(): Error {
  return new Error('the sweep has lost its lease');
}

/** A failure with one destination does not keep the others from being looked at. */
async function guard(deps: SweepDeps, { destinationId }: Destination, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    deps.logger.error(COUNTED_LINES.destinationNotSwept, {
      destinationId,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
