import { listCeilings } from '../aws/ceiling-table.ts';
import { needWithin } from '../domain/ceiling.ts';
import { PRIMARY_DESTINATION_ID } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { primaryNeed, withPrimaryNeed } from '../domain/primary.ts';
import { errorName } from '../domain/errors.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import { requestChange } from './operations.ts';
import type { OperationDeps } from './workflow-deps.ts';

export interface PrimaryDeps extends OperationDeps {
  /** The mode of the primary unless the API has changed it. */
  primaryMode: PrimaryMode;
}

/**
 * Starts or stops the primary together with the source instead of waiting for the sweep, because a preview without a
 * source costs as much as one with it. After a failure the sweep retries.
 */
export async function turnPrimary(deps: PrimaryDeps, action: 'start' | 'stop', requestedBy: string): Promise<void> {
  const now = deps.now();
  try {
    const ceilings = await listCeilings(deps);
    await requestChange(deps, PRIMARY_DESTINATION_ID, {
      requestedBy,
      decide: (record) => {
        const mode = record.primaryMode ?? deps.primaryMode;
        // A started flow is on its way to ACTIVE, and the start waits for it.
        const need = action === 'stop' ? 'stop' : primaryNeed({ mode, flowStatus: 'ACTIVE', source: null, now });
        return towardsDesired(withPrimaryNeed(record, needWithin(ceilings, record, need, now), now, mode));
      },
    });
  } catch (error) {
    deps.logger.warn('the primary did not follow the source; the sweep will retry', {
      error: errorName(error),
    });
  }
}
