import { awsErrorKind, type AwsErrorKind } from '../aws/aws-errors.ts';
import { observeChannel } from '../aws/channel.ts';
import { removeStaticImage, showStaticImage } from '../aws/channel-schedule.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { isAtRest } from '../domain/channel-state.ts';
import type { Destination, SlateBreak } from '../domain/destination.ts';
import { Unavailable } from './workflow-errors.ts';
import type { Logger } from './workflow-deps.ts';
import { errorName } from '../domain/errors.ts';

/**
 * A break: a slate over the output of a destination on air. The API writes what is requested, a state machine and the
 * sweep carry it out, and the stop of a destination removes the image first. So a slate is never on air without its
 * record. Each action has its own name, which MediaLive takes once: a call that arrives late does nothing.
 */

interface BreakDeps extends AwsDeps<'mediaLive' | 'table', 'tableName'> {
  now: () => Date;
  logger: Logger;
}

/** What MediaLive will not do, however often it is asked. */
const REFUSED: ReadonlySet<AwsErrorKind> = new Set(['invalid', 'not_found', 'denied', 'quota']);
/** A channel that is gone or does not run shows nothing, so there is nothing to end. */
const OVER: ReadonlySet<AwsErrorKind> = new Set(['invalid', 'not_found']);

/**
 * Makes MediaLive do what the record says and confirms it in the record. Does nothing for a slate that is shown. An image
 * that MediaLive refuses leaves the record, with a line on the timeline.
 * @throws what MediaLive answers when it is not known whether it acted, and {Unavailable} while the channel recovers: call
 * again
 */
export async function applyBreak(deps: BreakDeps, record: Destination): Promise<void> {
  const { held, slateBreak } = record;
  if (!slateBreak || slateBreak.state === 'shown' || !held.channel) return;
  const { channelId } = held.channel;
  if (slateBreak.state === 'ending') {
    await endSlate(deps, channelId, slateBreak);
    await settle(deps, record, null);
    return;
  }
  try {
    await showStaticImage(deps, channelId, imageOf(slateBreak));
  } catch (error) {
    await requireRefused(deps, channelId, error, REFUSED);
    await settle(deps, record, null);
    await noteRefusal(deps, record, error);
    return;
  }
  await settle(deps, record, { ...slateBreak, state: 'shown' });
}

/** Removes the image of a destination that is being stopped. */
export async function endBreakBeforeStop(
  deps: AwsDeps<'mediaLive', never>,
  { held, slateBreak }: Destination,
): Promise<void> {
  if (!slateBreak || !held.channel) return;
  const unconfirmed = slateBreak.unconfirmed ?? slateBreak.state === 'showing';
  await endSlate(deps, held.channel.channelId, { ...slateBreak, ...(unconfirmed && { unconfirmed }) });
}

const nameOf = ({ requestedAt }: Pick<SlateBreak, 'requestedAt'>) => `slate-${Date.parse(requestedAt)}`;

function imageOf(slate: SlateBreak): Parameters<typeof showStaticImage>[2] {
  const { image: uri, scaledTo } = slate;
  return { name: nameOf(slate), uri, ...(scaledTo && { scaledTo }) };
}

async function endSlate(deps: AwsDeps<'mediaLive', never>, channelId: string, slate: SlateBreak): Promise<void> {
  const name = nameOf(slate);
  try {
    // Takes the name of a call that may still be on its way, which could otherwise show the slate after its end.
    if (slate.unconfirmed) await showStaticImage(deps, channelId, imageOf(slate));
  } catch (error) {
    if (!REFUSED.has(awsErrorKind(error))) throw error;
  }
  try {
    await removeStaticImage(deps, channelId, `${name}-end`);
  } catch (error) {
    await requireRefused(deps, channelId, error, OVER);
  }
}

/** @throws the error unless it is a final refusal; {Unavailable} while a recovering channel refuses what it will accept */
async function requireRefused(
  deps: AwsDeps<'mediaLive', never>,
  channelId: string,
  error: unknown,
  kinds: ReadonlySet<AwsErrorKind>,
): Promise<void> {
  const kind = awsErrorKind(error);
  if (!kinds.has(kind)) throw error;
  if (kind !== 'invalid') return;
  const channel = await observeChannel(deps, channelId);
  if (channel && channel.state !== 'RUNNING' && channel.state !== 'STOPPING' && !isAtRest(channel.state)) {
    throw new Unavailable(`channel ${channelId} is ${channel.state}`);
  }
}

/** Writes what became of the break, unless the record has another one by now. */
async function settle(
  deps: BreakDeps,
  { destinationId, slateBreak: before }: Destination,
  after: SlateBreak | null,
): Promise<void> {
  await changeDestination(deps, destinationId, (found) => {
    const isSame = found.slateBreak?.requestedAt === before?.requestedAt && found.slateBreak?.state === before?.state;
    return isSame ? { ...found, slateBreak: after } : found;
  });
}

/** A failure is only logged: the slate is off the record, which is what the operator sees. */
async function noteRefusal(deps: BreakDeps, record: Destination, error: unknown): Promise<void> {
  const name = error instanceof Error ? error.name : 'unknown error';
  const at = deps.now().toISOString();
  const entry = { at, actor: 'workflow', kind: 'source' as const, detail: `MediaLive refused the slate (${name})` };
  deps.logger.error('MediaLive refused a slate', { destinationId: record.destinationId, error: name });
  try {
    await putTimelineEntry(deps, record, entry, record.writeCount);
  } catch (failure) {
    deps.logger.warn('a refused slate is not on the timeline', {
      destinationId: record.destinationId,
      error: errorName(failure),
    });
  }
}
