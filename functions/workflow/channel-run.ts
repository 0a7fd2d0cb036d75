import { awsErrorKind } from '../aws/aws-errors.ts';
import { observeChannel, startChannel } from '../aws/channel.ts';
import type { Destination, HeldResources } from '../domain/destination.ts';
import { isUp } from '../domain/channel-state.ts';
import { AppError } from '../domain/errors.ts';
import { recordHeld, resourceMissing, settleWithin, type StepContext } from './step-context.ts';
import { NotSettled, StaleOperation, Unavailable } from './workflow-errors.ts';

/**
 * Starting the channel, at most once in an operation: StartChannel has no token, each start costs at least ten minutes,
 * and a channel that could not start falls back to IDLE, where it looks as if nobody had ever started it. So the start is
 * noted before it is sent, and the note is withdrawn only when it is certain that AWS has not taken it. With a note and
 * an idle channel nobody knows what happened, and then it is not started.
 */

/**
 * A start that AWS has taken, and whose answer was lost, shows for at least this long whatever becomes of it: encoders
 * are found and set up first. An idle channel within this time has not been started. This is a judgement (starts take
 * one to three minutes), no promise of AWS, and two things go wrong where it does not hold:
 *
 * - A start that was taken, whose answer was lost, and that fell back to IDLE between two reads within this time counts
 *   as never taken and is sent once more: the one channel is started twice in an operation, and billed for two starts.
 *   The same happens when the request itself is held up on its way until after the last read.
 * - A process that died between the note and the request, and whose successor comes later than this, waits and then ends
 *   the start as failed although nothing was sent: it has to be requested again (the primary does so by itself).
 *
 * No simulation can settle it: in ours, too, a channel shows for longer than this before it falls back.
 */
const SHOWS_FOR_MS = 2_000;
/** How often to read the channel while StartChannel is not answered, or does not show yet. */
const LOOK_EVERY_MS = 1_000;
/** More than the SDK's own timeout leaves room for. */
const LOOKS_MAX = 30;

type ChannelRun = NonNullable<HeldResources['channelRun']>;

/** The running channel. */
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
      // It has been running all along: it is billed since that start, for the settings of that start.
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
  const { outputs } = held.channel ?? {};
  return { startedAt: deps.now().toISOString(), generation, platform, preset, ...(outputs ? { outputs } : {}) };
}

async function startOnce(context: StepContext, channelId: string, noted: ChannelRun | null): Promise<ChannelRun> {
  if (noted && !isWithin(noted, context.deps.now(), SHOWS_FOR_MS)) {
    if (isWithin(noted, context.deps.now(), context.deps.readsLagMs)) {
      throw new NotSettled(`channel ${channelId} does not show its start yet`);
    }
    throw startFailed(`channel ${channelId} fell back to IDLE while it was starting, or the start never reached it`);
  }
  const note = newRun(context);
  await noteStart(context, note);
  if ((await sendStart(context, channelId)) === 'acknowledged') await awaitShown(context, channelId);
  return note;
}

/**
 * Notes that a start is about to be sent. When it is unknown whether the note was written it is written again at once:
 * the next attempt could not tell that nothing had been sent yet.
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
 * Waits until an acknowledged start shows. It does so within one attempt of the step: a later one could not tell an
 * acknowledged start from one whose answer was lost.
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

/** Of two calls of one step, one starts the channel. */
function requireSameRun(current: Destination, read: Destination, note: ChannelRun): void {
  const found = JSON.stringify(current.held.channelRun);
  if (found === JSON.stringify(read.held.channelRun) || found === JSON.stringify(note)) return;
  throw new NotSettled('another call of this step is starting the channel');
}

/**
 * Sends StartChannel, and reads the channel as long as there is no answer, because after a timeout it may be too late to
 * see a start that failed.
 * @returns whether AWS has acknowledged the start, or the channel was seen starting
 * @throws what StartChannel was answered with, the note withdrawn when it is certain that nothing was started
 */
async function sendStart(context: StepContext, channelId: string): Promise<'acknowledged' | 'seen'> {
  const { deps } = context;
  const sent = startChannel(deps, channelId).then(
    () => ({ error: null }),
    (error: unknown) => ({ error }),
  );
  /** Until when it is certain that nothing was started. */
  let certainUntilMs = deps.now().getTime() + SHOWS_FOR_MS;
  /** Null when there is no telling. */
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
    // A conflict says "not now": the next look tells what has become of it.
    if (awsErrorKind(answer.error) === 'conflict') throw new NotSettled('the channel is changing its state');
    throw answer.error;
  }
  throw new Unavailable('StartChannel is not answered');
}

/** AWS has said neither yes nor no. */
function isOutcomeUnknown(error: unknown): boolean {
  const kind = awsErrorKind(error);
  return kind === 'unavailable' || kind === 'unknown';
}
