import { listCeilings } from '../aws/ceiling-table.ts';
import { needWithin } from '../domain/ceiling.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { primaryNeed, withPrimaryNeed, type PrimaryNeed } from '../domain/primary.ts';
import { errorName } from '../domain/errors.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import { requestChange } from './operations.ts';
import type { OperationDeps } from './workflow-deps.ts';

/** What starting the primary needs. */
export interface PrimaryDeps extends OperationDeps {
  /** The mode of the primary unless the API has changed it. */
  primaryMode: PrimaryMode;
}

/**
 * Starts the primary together with the source instead of waiting for the sweep, if its mode says so. After a failure the
 * sweep retries.
 */
export function startPrimary(deps: PrimaryDeps, requestedBy: string): Promise<void> {
  return follow(deps, requestedBy, ({ primaryMode: mode = deps.primaryMode }, now) => {
    // A started flow is on its way to ACTIVE, and the start waits for it.
    return { mode, need: primaryNeed({ mode, flowStatus: 'ACTIVE', source: null, now }) };
  });
}

/** Stops the primary together with the source, because a preview without a source costs as much as one with it. */
export function stopPrimary(deps: OperationDeps, requestedBy: string): Promise<void> {
  return follow(deps, requestedBy, () => ({ mode: 'off', need: 'stop' }));
}

async function follow(
  deps: OperationDeps,
  requestedBy: string,
  decide: (record: Destination, now: Date) => { mode: PrimaryMode; need: PrimaryNeed },
): Promise<void> {
  const now = deps.now();
  try {
    const ceilings = await listCeilings(deps);
    await requestChange(deps, PRIMARY_DESTINATION_ID, {
      requestedBy,
      decide(record) {
        const { mode, need } = decide(record, now);
        return towardsDesired(withPrimaryNeed(record, needWithin(ceilings, record, need, now), now, mode));
      },
    });
  } catch (error) {
    deps.logger.warn('the primary did not follow the source; the sweep will retry', {
      error: errorName(error),
    });
  }
}
