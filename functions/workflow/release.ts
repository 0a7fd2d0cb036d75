import { awsErrorKind, isNotFound } from '../aws/aws-errors.ts';
import { deleteChannel, findChannel, observeChannel, stopChannel, type ChannelView } from '../aws/channel.ts';
import { deleteInput, findInput, observeInput, type InputView } from '../aws/input.ts';
import { isAtRest, isUp } from '../domain/channel-state.ts';
import type { HeldResource, HeldResources } from '../domain/destination.ts';
import { isKept } from '../domain/lifecycle.ts';
import { toHeldInput } from './ensure.ts';
import { endPauseAfterStop } from './output-pause.ts';
import { endBreakBeforeStop } from './slate-break.ts';
import { settleWithin, type StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/**
 * The steps that release resources, in the reverse order of their creation. Each confirms that AWS has released the
 * resource before it reports it, and none fails because the resource is already gone. Resources that standby keeps are
 * looked up too, so one that a crash left unrecorded is on record when the destination comes to rest.
 */

/** The result of a release step: the resource is released, or standby keeps it. */
export type Released = { released: HeldResource } | { held: Partial<HeldResources> };

/** Finds the channel by its recorded id, or by its tags when a crash left it unrecorded. */
async function locateChannel({ deps, record }: StepContext): Promise<ChannelView | null> {
  const channelId = record.held.channel?.channelId;
  return (channelId ? await observeChannel(deps, channelId) : null) ?? findChannel(deps, record.destinationId);
}

async function locateInput({ deps, record }: StepContext): Promise<InputView | null> {
  const inputId = record.held.input?.inputId;
  return (inputId ? await observeInput(deps, inputId) : null) ?? findInput(deps, record.destinationId);
}

/** Accepts that the resource is gone, and turns a conflict into NotSettled so the next attempt reads again. */
async function ask(action: () => Promise<void>, waitingFor: string): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (isNotFound(error)) return;
    if (awsErrorKind(error) === 'conflict') throw new NotSettled(`waiting for ${waitingFor}`);
    throw error;
  }
}

/** Stops the channel and waits until it is idle; from then on it costs only the idle fee. */
export async function releaseChannelRun(context: StepContext): Promise<Released> {
  const { deps } = context;
  const channel = await locateChannel(context);
  if (channel) {
    const { channelId } = channel;
    const isAsked = isUp(channel.state);
    if (isAsked) await endBreakBeforeStop(deps, context.record);
    if (isAsked) await ask(() => stopChannel(deps, channelId), `channel ${channelId}`);
    if (!isAtRest(channel.state)) {
      await settleWithin(
        context,
        () => observeChannel(deps, channelId),
        (view) => view === null || isAtRest(view.state),
        `channel ${channelId} to stop`,
        isAsked ? undefined : channel,
      );
    }
    await endPauseAfterStop(deps, context.record, channelId);
  }
  return { released: 'channelRun' };
}

/** Deletes the channel unless standby keeps it. A channel in CREATE_FAILED is always deleted, because it is useless. */
export async function releaseChannel(context: StepContext): Promise<Released> {
  const { deps, record } = context;
  const channel = await locateChannel(context);
  if (!channel) return { released: 'channel' };
  const { channelId, channelArn, channelClass, state } = channel;
  if (isKept(record, 'channel') && state !== 'CREATE_FAILED' && state !== 'DELETING') {
    const recorded = record.held.channel?.channelId === channelId ? record.held.channel : null;
    // An adopted channel has unknown settings, so the next start updates it.
    const ofClass = channelClass === 'STANDARD' ? { channelClass } : {};
    const adopted = { channelId, channelArn, configurationHash: 'unknown', ...ofClass } as const;
    return { held: { channel: recorded ?? adopted } };
  }
  if (state !== 'DELETING') await ask(() => deleteChannel(deps, channelId), `channel ${channelId}`);
  await settleWithin(
    context,
    () => observeChannel(deps, channelId),
    (view) => view === null,
    `channel ${channelId} to be deleted`,
    state === 'DELETING' ? channel : undefined,
  );
  return { released: 'channel' };
}

/** Deletes the input unless standby keeps it. It can be deleted only after the channel has released it. */
export async function releaseInput(context: StepContext): Promise<Released> {
  const { deps, record } = context;
  const input = await locateInput(context);
  if (!input) return { released: 'input' };
  const { inputId, state } = input;
  if (isKept(record, 'input') && state !== 'DELETING') return { held: { input: toHeldInput(inputId, input) } };
  if (state === 'ATTACHED') throw new NotSettled(`input ${inputId} is still attached`);
  if (state !== 'DELETING') await ask(() => deleteInput(deps, inputId), `input ${inputId}`);
  await settleWithin(
    context,
    () => observeInput(deps, inputId),
    (view) => view === null,
    `input ${inputId} to be deleted`,
    state === 'DELETING' ? input : undefined,
  );
  return { released: 'input' };
}
