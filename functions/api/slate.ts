import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { storePlainSlate } from '../aws/slate-store.ts';
import type { Destination } from '../domain/destination.ts';
import { outputSizeOf, withBreak, withoutBreak } from '../domain/slate-break.ts';
import { applyBreak } from '../workflow/slate-break.ts';
import type { ApiDeps } from './api-deps.ts';

export const SLATE_ACTIONS = ['show-slate', 'end-slate'] as const;
export type SlateAction = (typeof SLATE_ACTIONS)[number];

/** A request as it was carried out. */
export interface SlateChange {
  before: Destination;
  record: Destination;
}

/**
 * Shows the slate over a destination's output, or ends it. The sound of the source continues, as MediaLive does it.
 * @returns null when the destination does not exist
 * @throws {AppError} `illegal_transition` when it is not on air, `aws_refused`, `upstream_unavailable`
 */
export async function changeSlate(
  deps: ApiDeps,
  destinationId: string,
  { action, onRead, requestedBy }: { action: SlateAction; requestedBy: string; onRead?: (record: Destination) => void },
): Promise<SlateChange | null> {
  const before = await getDestination(deps, destinationId);
  if (!before) return null;
  onRead?.(before);
  const now = deps.now();
  // Refused before anything is stored.
  const image = action === 'show-slate' ? await imageFor(deps, before, { now, requestedBy }) : '';
  const asked = await changeDestination(deps, destinationId, (found) =>
    action === 'show-slate' ? withBreak(found, { image, now, requestedBy }) : withoutBreak(found),
  );
  if (!asked) return null;
  const record = await applyBreak(deps, asked);
  if (asked.slateBreak?.requestedAt === now.toISOString() || (action === 'end-slate' && before.slateBreak)) {
    await note(deps, record, action === 'show-slate' ? 'slate shown' : 'slate ended', { at: now, actor: requestedBy });
  }
  return { before, record };
}

async function imageFor(
  deps: ApiDeps,
  record: Destination,
  request: { now: Date; requestedBy: string },
): Promise<string> {
  withBreak(record, { ...request, image: '' });
  return storePlainSlate(deps, outputSizeOf(record));
}

/** Records who did it. A failure is only logged, because the slate itself has changed. */
async function note(
  deps: ApiDeps,
  record: Destination,
  detail: string,
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  try {
    const entry = { at: at.toISOString(), actor, kind: 'edited' as const, detail };
    await putTimelineEntry(deps, record, entry, record.writeCount);
  } catch (error) {
    deps.logger.warn('a slate is not on the timeline', {
      destinationId: record.destinationId,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
