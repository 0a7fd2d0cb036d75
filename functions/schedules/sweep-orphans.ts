import { deleteChannel, observeChannel, stopChannel } from '../aws/channel.ts';
import { getDestination } from '../aws/destination-table.ts';
import { removeFlowOutput } from '../aws/flow.ts';
import { deleteInput, observeInput } from '../aws/input.ts';
import type { Inventory } from '../aws/inventory.ts';
import { deleteOrphan, listOrphans, orphanIdOf, putOrphan, type Orphan } from '../aws/orphan-table.ts';
import { deleteSecret } from '../aws/passphrase-secret.ts';
import type { Destination } from '../domain/destination.ts';
import { isAtRest } from '../domain/channel-state.ts';
import {
  findOrphans,
  heldIds,
  isMassRelease,
  ORPHAN_RESOURCES,
  ORPHAN_RULES,
  type OrphanResource,
} from '../domain/orphans.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { COUNTED_LINES } from './counted-log-lines.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { errorName } from '../domain/errors.ts';

/**
 * The sweep's last part: resources in AWS that no record holds. The sweep records every sighting, and releases an
 * orphan only when it carries our tags and was seen twice over ten minutes, or when an operator requests it. It halts
 * when a release looks like a mass deletion. Each sweep takes an orphan one step down (output, stop, delete channel,
 * delete input, delete secret); the next sweep continues.
 */
export async function handleOrphans(
  deps: SweepDeps,
  records: Destination[],
  inventory: Inventory,
  requireLease: () => Promise<void>,
): Promise<{ found: number; released: number; halted: boolean }> {
  const now = deps.now();
  const known = new Map((await listOrphans(deps)).map((orphan) => [orphan.orphanId, orphan]));
  const seen = findOrphans(records, inventory.items).map((candidate): Orphan => {
    const orphanId = orphanIdOf(candidate);
    const before = known.get(orphanId);
    known.delete(orphanId);
    return {
      releaseRequestedBy: null,
      firstSeenAt: now.toISOString(),
      ...before,
      ...candidate,
      orphanId,
      lastSeenAt: now.toISOString(),
      sightings: (before?.sightings ?? 0) + 1,
    };
  });
  if (seen.length + known.size > 0) await requireLease();
  for (const orphan of seen) await putOrphan(deps, orphan);
  // The rest of `known` was not seen again: each is gone, or a record now holds it.
  for (const orphanId of known.keys()) await deleteOrphan(deps, orphanId);

  const due = seen.filter((orphan) => isDue(orphan, now));
  const unasked = due.filter(({ releaseRequestedBy }) => releaseRequestedBy === null);
  // Without records the table is probably lost. The primary's record proves nothing, because the sweep creates it.
  const isTableEmpty = records.every(isPrimary) && unasked.some(({ reason }) => reason === 'no_destination');
  const halted = isTableEmpty || isMassRelease(unasked.length, inventory.items.length);
  if (halted) {
    const reason = isTableEmpty ? 'there is no record of any destination' : 'it would release too much at once';
    deps.logger.error(`sweep halts: ${reason}`, { orphans: unasked.length });
  }
  const releasing = due.filter(({ releaseRequestedBy }) => !halted || releaseRequestedBy !== null);
  for (const resource of ORPHAN_RESOURCES) {
    for (const orphan of releasing.filter((each) => each.resource === resource)) {
      await releaseOrphan(deps, orphan, requireLease);
    }
  }
  return { found: seen.length, released: releasing.length, halted };
}

function isDue(orphan: Orphan, now: Date): boolean {
  // Without our tags the owner is unknown, so it is shown and never released.
  if (!orphan.isTagged) return false;
  if (orphan.releaseRequestedBy !== null) return true;
  const ageSeconds = (now.getTime() - Date.parse(orphan.firstSeenAt)) / 1000;
  return orphan.sightings >= ORPHAN_RULES.sightingsMin && ageSeconds >= ORPHAN_RULES.ageSecondsMin;
}

async function releaseOrphan(deps: SweepDeps, orphan: Orphan, requireLease: () => Promise<void>): Promise<void> {
  // A destination that began an operation after the inventory may be about to adopt it.
  const record = orphan.destinationId === null ? null : await getDestination(deps, orphan.destinationId);
  if (record?.operation || (record && isClaimed(record, orphan))) return;
  const step = await tryWith(deps, orphan, () => STEP_DOWN[orphan.resource](deps, orphan.resourceId));
  if (!step) return;
  // Checked last: a sweep that slept since it read the record may find another sweep at work.
  await requireLease();
  deps.logger.warn('sweep releases an orphan', {
    resource: orphan.resource,
    resourceId: orphan.resourceId,
    reason: orphan.reason,
    requestedBy: orphan.releaseRequestedBy ?? 'sweep',
  });
  await tryWith(deps, orphan, step);
}

/** Logs a failure and lets the next sweep retry, so one failing orphan does not block the others. */
async function tryWith<Result>(
  deps: SweepDeps,
  { resourceId }: Orphan,
  action: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await action();
  } catch (error) {
    deps.logger.error(COUNTED_LINES.orphanNotReleased, {
      resourceId,
      error: errorName(error),
    });
    return undefined;
  }
}

function isClaimed({ held }: Destination, { resourceId }: Orphan): boolean {
  return heldIds(held).includes(resourceId);
}

/** Finds the next step of an orphan's release, by kind; null while the sweep can only wait. */
const STEP_DOWN: Record<
  OrphanResource,
  (deps: SweepDeps, resourceId: string) => Promise<(() => Promise<void>) | null>
> = {
  flowOutput: async (deps, flowOutputArn) => () => removeFlowOutput(deps, flowOutputArn),
  async channel(deps, channelId) {
    const state = (await observeChannel(deps, channelId))?.state;
    if (state === 'RUNNING' || state === 'RECOVERING') return () => stopChannel(deps, channelId);
    return state !== undefined && isAtRest(state) ? () => deleteChannel(deps, channelId) : null;
  },
  async input(deps, inputId) {
    const state = (await observeInput(deps, inputId))?.state;
    return state === 'DETACHED' ? () => deleteInput(deps, inputId) : null;
  },
  secret: async (deps, secretArn) => () => deleteSecret(deps, secretArn),
};
