import { PRIMARY_DESTINATION_ID } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { primaryNeed, withPrimaryNeed } from '../domain/primary.ts';
import { requestChange } from '../workflow/operations.ts';
import type { ApiDeps } from './api-deps.ts';

/**
 * Lets the primary follow the source that an operator has just started or stopped, instead of waiting for the sweep: a
 * preview without a source costs as much as one with it. A failure is the sweep's to repeat.
 */
export async function turnPrimary(deps: ApiDeps, action: 'start' | 'stop', requestedBy: string): Promise<void> {
  const now = deps.now();
  try {
    await requestChange(deps, PRIMARY_DESTINATION_ID, {
      requestedBy,
      decide: (record) => {
        const mode = record.primaryMode ?? deps.primaryMode;
        // A flow that has just been started is on its way to ACTIVE; the start waits for it.
        const need = action === 'stop' ? 'stop' : primaryNeed({ mode, flowStatus: 'ACTIVE', source: null, now });
        return towardsDesired(withPrimaryNeed(record, need, now, mode));
      },
    });
  } catch (error) {
    deps.logger.warn('the primary did not follow the source; the sweep will retry', {
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
