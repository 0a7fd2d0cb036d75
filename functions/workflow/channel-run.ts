import { isDeepStrictEqual } from 'node:util';
import { awsErrorKind } from '../aws/aws-errors.ts';
import { observeChannel, startChannel } from '../aws/channel.ts';
import type { Destination, HeldResources } from '../domain/destination.ts';
import { isUp } from '../domain/channel-state.ts';
import { AppError } from '../domain/errors.ts';
import { pauseBeforeStart } from './output-pause.ts';
import { recordHeld, resourceMissing, settleWithin, type StepContext } from './step-context.ts';
import { NotSettled, StaleOperation, Unavailable } from './workflow-errors.ts';

/**
 * Starts the channel at most once per operation. StartChannel has no token, each start costs at least ten minutes, and
 * a channel that failed to start falls back to IDLE, where it looks as if it had never been started. So the step notes
 * the start before it sends it, and withdraws the note only when AWS certainly did not accept the start. A note with an
 * idle channel means that the outcome is unknown, and then the step does not start it again.
 */
/**
 * How long an accepted start stays visible even if its answer was lost and it fails: MediaLive finds and sets up
 * encoders first. A channel that is idle within this time has not been started. This is a judgement (starts take one to
 * three minutes), not a promise of AWS. Where it is wrong, two things happen:
 *
 * - An accepted start whose answer was lost, and which fell back to IDLE between two reads within this time, counts as
 *   never accepted and is repeated: the channel is started twice in one operation and billed for both. The same happens
 *   when the request is delayed until after the last read.
 * - When a process dies between the note and the request, and its successor comes later than this, the start fails
 *   although nothing was sent, and the operator must request it again (the primary is restarted automatically).
 *
 * A simulation cannot settle this: the simulated channel also stays visible for longer before it falls back.
 */
const SHOWS_FOR_MS = 2_000;
/** How often to read the channel while StartChannel is unanswered, or the start is not visible yet. */
const LOOK_EVERY_MS = 1_000;
/** Exceeds the SDK's own timeout. */
const LOOKS_MAX = 30;

type ChannelRun = NonNullable<HeldResources['channelRun']>;

/** Starts the channel and waits until it runs. */
export async function ensureChannelRun(context: StepContext): Promise<Partial<HeldResources>> {
  const { deps, record, generation } = context;
  const channelId = record.held.channel?.channelId;
  if (!channelId) throw resourceMissing('the channel is not known');
  const channel = await observeChannel(deps, channelId);
  if (!channel) throw resourceMissing(`channel ${channelId} is gone`);
  const noted = record.held.channelRun?.generation === generation ? record.held.channelRun : null;
  let channelRun = noted ?? newRun(context);
  if (isUp(channel.state)) {
    if (!noted) {
      // The channel was running already: it is billed since its original start, for the settings of that start.
      channelRun = { ...channelRun, ...record.held.channelRun, generation };
      await recordHeld(context, { channelRun });
    }
  } else if (channel.state === 'IDLE') {
    channelRun = await startOnce(context, channelId, noted);
  } else if (channel.state === 'UPDATE_FAILED') {
    throw startFailed(`channel ${channelId} has settings MediaLive could not apply`);
  } else {
    throw new NotSettled(`channel ${channelId} is ${channel.state}`);
  }
  await settleWithin(
    context,
    () => observeChannel(deps, channelId),
    (view) => view?.state === 'RUNNING',
    `channel ${channelId} to run`,
    channel.state === 'IDLE' ? undefined : channel,
  );
  return { channelRun };
}

function startFailed(detail: string): AppError {
  return new AppError('channel_start_failed', { detail, remedy: 'check URL and preset, then start it again' });
}

function newRun({ deps, generation, record: { platform, preset, held } }: StepContext): ChannelRun {
  const { channelClass, outputs } = held.channel ?? {};
  const settings = { ...(outputs ? { outputs } : {}), ...(channelClass ? { channelClass } : {}) };
  return { startedAt: deps.now().toISOString(), generation, platform, preset, ...settings };
}

async function startOnce(context: StepContext, channelId: string, noted: ChannelRun | null): Promise<ChannelRun> {
  if (noted && !isWithin(noted, context.deps.now(), SHOWS_FOR_MS)) {
    if (isWithin(noted, context.deps.now(), context.deps.readsLagMs)) {
      throw new NotSettled(`channel ${channelId} does not show its start yet`);
    }
    throw startFailed(`channel ${channelId} fell back to IDLE while it was starting, or the start never reached it`);
  }
  await pauseBeforeStart(context.deps, context.record, { channelId, generation: context.generation });
  const note = newRun(context);
  await noteStart(context, note);
  if ((await sendStart(context, channelId)) === 'acknowledged') await awaitShown(context, channelId);
  return note;
}

/**
 * Notes that a start is about to be sent. When the write's outcome is unknown it is repeated at once, because the next
 * attempt could not know that nothing has been sent yet.
 */
async function noteStart(context: StepContext, note: ChannelRun): Promise<void> {
  const write = () =>
    recordHeld(context, { channelRun: note }, (current) => requireSameRun(current, context.record, note));
  try {
    await write();
  } catch (error) {
    if (error instanceof NotSettled || error instanceof StaleOperation) throw error;
    await write();
  }
}

/**
 * Waits until an acknowledged start is visible. It does so within one attempt of the step, because a later attempt
 * could not distinguish an acknowledged start from one whose answer was lost.
 * @throws {AppError} `channel_start_failed` when the channel is still IDLE after `readsLagMs`
 */
async function awaitShown({ deps }: StepContext, channelId: string): Promise<void> {
  const untilMs = deps.now().getTime() + deps.readsLagMs;
  for (;;) {
    const channel = await observeChannel(deps, channelId).catch(() => null);
    if (channel && channel.state !== 'IDLE') return;
    if (deps.now().getTime() >= untilMs) break;
    await deps.sleep(Math.min(LOOK_EVERY_MS, Math.max(1, untilMs - deps.now().getTime())));
  }
  throw startFailed(`channel ${channelId} fell back to IDLE while it was starting`);
}

function isWithin({ startedAt }: ChannelRun, now: Date, limitMs: number): boolean {
  const ageMs = now.getTime() - Date.parse(startedAt);
  return ageMs >= 0 && ageMs <= limitMs;
}

/** Refuses unless the noted run is the one this attempt read or wrote: only one of two concurrent calls may start. */
function requireSameRun(current: Destination, read: Destination, note: ChannelRun): void {
  const found = current.held.channelRun;
  // DynamoDB keeps no order in a map, so its members are compared and not its text.
  if (isDeepStrictEqual(found, read.held.channelRun) || isDeepStrictEqual(found, note)) return;
  throw new NotSettled('another call of this step is starting the channel');
}

/**
 * Sends StartChannel, and reads the channel until it is answered, because after a timeout a failed start may no longer
 * be visible.
 * @returns whether AWS acknowledged the start, or the channel was seen starting
 * @throws the error StartChannel was answered with; the note is withdrawn when certainly nothing was started
 */
async function sendStart(context: StepContext, channelId: string): Promise<'acknowledged' | 'seen'> {
  const { deps } = context;
  const sent = startChannel(deps, channelId).then(
    () => ({ error: null }),
    (error: unknown) => ({ error }),
  );
  /** Until this time it is certain that nothing was started. */
  let certainUntilMs = deps.now().getTime() + SHOWS_FOR_MS;
  /** Returns null when the state is unknown. */
  const look = async (): Promise<'up' | 'not started' | null> => {
    const channel = await observeChannel(deps, channelId).catch(() => null);
    if (!channel) return null;
    if (isUp(channel.state)) return 'up';
    const nowMs = deps.now().getTime();
    if (nowMs > certainUntilMs) return null;
    certainUntilMs = nowMs + SHOWS_FOR_MS;
    return 'not started';
  };
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const answer = await Promise.race([sent, deps.sleep(LOOK_EVERY_MS)]);
    if (answer?.error === null) return 'acknowledged';
    const isRefused = answer ? !isOutcomeUnknown(answer.error) : false;
    const seen = isRefused ? 'not started' : await look();
    if (seen === 'up') return 'seen';
    if (!answer) continue;
    if (seen === 'not started') await recordHeld(context, { channelRun: context.record.held.channelRun });
    // A conflict means "not now": the next attempt reads the channel again.
    if (awsErrorKind(answer.error) === 'conflict') throw new NotSettled('the channel is changing its state');
    throw answer.error;
  }
  throw new Unavailable('StartChannel is not answered');
}

/** Returns true when AWS neither accepted nor refused. */
function isOutcomeUnknown(error: unknown): boolean {
  const kind = awsErrorKind(error);
  return kind === 'unavailable' || kind === 'unknown';
}
