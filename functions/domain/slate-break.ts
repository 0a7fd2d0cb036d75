import type { Destination, SlateBreak } from './destination.ts';
import { kindOf } from './destination-kind.ts';
import { AppError } from './errors.ts';
import { actionsOf, isPrimary } from './lifecycle.ts';

/** What requests for a break do to a record. Pure. */

/**
 * Requests the slate over the output. Repeating the request changes nothing.
 * @throws {AppError} `illegal_transition` when no channel of the destination runs
 */
export function withBreak(
  record: Destination,
  { now, requestedBy, ...shown }: Pick<SlateBreak, 'image' | 'scaledTo'> & { now: Date; requestedBy: string },
): Destination {
  requireChannelRun(record);
  if (record.slateBreak?.state === 'ending') throw stillEnding(record);
  if (record.slateBreak) return record;
  const slateBreak = {
    ...shown,
    requestedBy,
    requestedAt: now.toISOString(),
    state: 'showing' as const,
    runStartedAt: record.held.channelRun!.startedAt,
  };
  return { ...record, slateBreak };
}

/** Requests the end of the slate. A destination without one stays as it is. */
export function withoutBreak(record: Destination): Destination {
  const { slateBreak } = record;
  if (!slateBreak || slateBreak.state === 'ending') return record;
  const isUnconfirmed = slateBreak.state === 'showing';
  return { ...record, slateBreak: { ...slateBreak, state: 'ending', ...(isUnconfirmed && { unconfirmed: true }) } };
}

/** Returns the size of the picture that a slate has to cover. */
export function outputSizeOf({ held }: Destination): { width: number; height: number } {
  const { width, height } = held.channel?.outputs?.[0] ?? {};
  return width && height ? { width, height } : { width: 1920, height: 1080 };
}

/** Two calls on their way to MediaLive could overtake each other. */
function stillEnding({ destinationId }: Destination): AppError {
  return new AppError('concurrent_change', {
    detail: `the slate of ${destinationId} is being ended`,
    remedy: 'show it again in a moment',
    retryAfterSeconds: 5,
  });
}

function requireChannelRun(record: Destination): void {
  const why = isPrimary(record)
    ? 'the preview has no slate'
    : kindOf(record) === 'srt'
      ? 'an SRT destination sends the feed itself and has no slate'
      : record.status !== 'running' || !record.held.channelRun
        ? `it is ${record.status}, and a slate needs a destination on air`
        : null;
  if (why === null) return;
  throw new AppError('illegal_transition', {
    detail: `cannot show the slate on ${record.destinationId}: ${why}`,
    remedy: 'start the destination first',
    allowedActions: actionsOf(record).allowed,
  });
}
