import { awsErrorKind, type AwsErrorKind } from '../aws/aws-errors.ts';
import { removeStaticImage, showStaticImage } from '../aws/channel-schedule.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { changeDestination } from '../aws/destination-table.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';

/**
 * A break: a slate over the output of a destination on air. The record says what is wanted before MediaLive is called, so
 * whatever happens in between, a slate is never on air without its record. The sweep repeats a call that was not
 * confirmed, and the stop of a destination removes the image first.
 */

type Deps = AwsDeps<'mediaLive' | 'table', 'tableName'>;

/** What MediaLive has certainly not done. */
const REFUSED: ReadonlySet<AwsErrorKind> = new Set(['invalid', 'not_found', 'conflict', 'denied', 'quota']);

/**
 * Makes MediaLive do what the record says and confirms it in the record. Does nothing for a slate that is shown.
 * @returns the record afterwards
 * @throws {AppError} `aws_refused` when MediaLive refuses the image, which the record then no longer has;
 * `upstream_unavailable` when it is not known, and then the sweep repeats the call
 */
export async function applyBreak(deps: Deps, record: Destination): Promise<Destination> {
  const { held, slateBreak } = record;
  if (!slateBreak || slateBreak.state === 'shown' || !held.channel) return record;
  const { channelId } = held.channel;
  const { image, requestedAt, state } = slateBreak;
  const name = `slate-${Date.parse(requestedAt)}`;
  try {
    if (state === 'showing') await showStaticImage(deps, channelId, { name, uri: image });
    else await removeStaticImage(deps, channelId, `${name}-end`);
  } catch (error) {
    if (!REFUSED.has(awsErrorKind(error))) throw unknown(error);
    const settled = await settle(deps, record, null);
    if (state === 'showing') throw refused(error);
    // A channel that does not run shows nothing, so there is nothing to end.
    return settled ?? record;
  }
  const settled = await settle(deps, record, state === 'showing' ? { ...slateBreak, state: 'shown' } : null);
  return settled ?? record;
}

/** Removes the image of a destination that is being stopped. A channel that is already down shows nothing. */
export async function endBreakBeforeStop(deps: Deps, { held, slateBreak }: Destination): Promise<void> {
  if (!slateBreak || !held.channel) return;
  try {
    await removeStaticImage(deps, held.channel.channelId, `slate-${Date.parse(slateBreak.requestedAt)}-end`);
  } catch (error) {
    if (!REFUSED.has(awsErrorKind(error))) throw error;
  }
}

/** Writes what became of the break, unless the record has another one by now. */
async function settle(
  deps: Deps,
  { destinationId, slateBreak: before }: Destination,
  after: Destination['slateBreak'],
): Promise<Destination | null> {
  return changeDestination(deps, destinationId, (found) => {
    const isSame = found.slateBreak?.requestedAt === before?.requestedAt && found.slateBreak?.state === before?.state;
    return isSame ? { ...found, slateBreak: after } : found;
  });
}

function refused(error: unknown): AppError {
  return new AppError('aws_refused', {
    detail: 'MediaLive does not show the slate on this channel',
    remedy: 'check that the destination is on air, then try again',
    cause: error,
  });
}

function unknown(error: unknown): AppError {
  return new AppError('upstream_unavailable', {
    detail: 'MediaLive did not say whether it changed the slate',
    remedy: 'look again in a moment: Sluice repeats the change until it is confirmed',
    cause: error,
    retryAfterSeconds: 5,
  });
}
