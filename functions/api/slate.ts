import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { startSlateExecution } from '../aws/executions.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { storePlainSlate } from '../aws/slate-store.ts';
import { getOwnSlate } from '../aws/slate-table.ts';
import type { Destination, SlateBreak } from '../domain/destination.ts';
import { outputSizeOf, withBreak, withoutBreak } from '../domain/slate-break.ts';
import type { ApiDeps } from './api-deps.ts';
import { errorName } from '../domain/errors.ts';

export const SLATE_ACTIONS = ['show-slate', 'end-slate'] as const;
export type SlateAction = (typeof SLATE_ACTIONS)[number];

/** A request as it was written. */
interface SlateChange {
  before: Destination;
  record: Destination;
}

/**
 * Requests the slate over a destination's output, or its end. A state machine carries the request out. The sound of the
 * source continues, as MediaLive does it.
 * @returns null when the destination does not exist
 * @throws {AppError} `illegal_transition` when it is not on air
 */
export async function changeSlate(
  deps: ApiDeps,
  destinationId: string,
  { action, onRead, requestedBy }: { action: SlateAction; requestedBy: string; onRead?: (record: Destination) => void },
): Promise<SlateChange | null> {
  const read = await getDestination(deps, destinationId);
  if (!read) return null;
  onRead?.(read);
  const now = deps.now();
  // Refused before anything is stored.
  const image = action === 'show-slate' ? await imageFor(deps, read, { now, requestedBy }) : { image: '' };
  let before = read;
  const record = await changeDestination(deps, destinationId, (found) => {
    before = found;
    return action === 'show-slate' ? withBreak(found, { ...image, now, requestedBy }) : withoutBreak(found);
  });
  if (!record) return null;
  await startQuietly(deps, record);
  if (record.writeCount !== before.writeCount) {
    const detail = action === 'show-slate' ? 'slate requested instead of the picture' : 'end of the slate requested';
    await note(deps, record, detail, { at: now, actor: requestedBy });
  }
  return { before, record };
}

async function imageFor(
  deps: ApiDeps,
  record: Destination,
  request: { now: Date; requestedBy: string },
): Promise<Pick<SlateBreak, 'image' | 'scaledTo'>> {
  withBreak(record, { ...request, image: '' });
  if (record.slateBreak) return record.slateBreak;
  const size = outputSizeOf(record);
  const own = await getOwnSlate(deps);
  return own ? { image: own.uri, scaledTo: size } : { image: await storePlainSlate(deps, size) };
}

/** Starts what the record requests. A failure does not reach the caller: the request is recorded, and the sweep does it. */
async function startQuietly(deps: ApiDeps, { destinationId, slateBreak }: Destination): Promise<void> {
  if (!slateBreak || slateBreak.state === 'shown') return;
  try {
    await startSlateExecution(deps, destinationId, slateBreak);
  } catch (error) {
    deps.logger.warn('slate not started, the sweep will', {
      destinationId,
      error: errorName(error),
    });
  }
}

/** Records who asked. A failure is only logged, because the request itself is stored. */
async function note(
  deps: ApiDeps,
  record: Destination,
  detail: string,
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  try {
    const entry = { at: at.toISOString(), actor, kind: 'source' as const, detail };
    await putTimelineEntry(deps, record, entry, record.writeCount);
  } catch (error) {
    deps.logger.warn('a slate is not on the timeline', {
      destinationId: record.destinationId,
      error: errorName(error),
    });
  }
}
