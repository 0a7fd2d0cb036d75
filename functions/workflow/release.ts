import { awsErrorKind, isNotFound } from '../aws/aws-errors.ts';
import { deleteChannel, findChannel, observeChannel, stopChannel, type ChannelView } from '../aws/channel.ts';
import { findFlowOutput, observeFlow, removeFlowOutput } from '../aws/flow.ts';
import { deleteInput, findInput, observeInput, type InputView } from '../aws/input.ts';
import type { HeldResource } from '../domain/destination.ts';
import { isKept } from '../domain/lifecycle.ts';
import { settleWithin, type StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/**
 * The steps that take things down, in the reverse order of making. Each confirms that AWS has let go before it reports
 * what it released, and none fails because something is gone already.
 */

/** The channel as recorded, or as its tags tell when a crash kept it from being recorded. */
async function locateChannel({ deps, record }: StepContext): Promise<ChannelView | null> {
  const channelId = record.held.channel?.channelId;
  return (channelId ? await observeChannel(deps, channelId) : null) ?? findChannel(deps, record.destinationId);
}

async function locateInput({ deps, record }: StepContext): Promise<InputView | null> {
  const inputId = record.held.input?.inputId;
  return (inputId ? await observeInput(deps, inputId) : null) ?? findInput(deps, record.destinationId);
}

/** Tolerates that the thing is gone; turns "not now" into another look. */
async function ask(action: () => Promise<void>, waitingFor: string): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (isNotFound(error)) return;
    if (awsErrorKind(error) === 'conflict') throw new NotSettled(`waiting for ${waitingFor}`);
    throw error;
  }
}

const STOPPABLE = new Set(['RUNNING', 'STARTING', 'RECOVERING']);
const AT_REST = new Set(['IDLE', 'CREATE_FAILED', 'UPDATE_FAILED']);

/** Stops the channel and waits until it is idle: from then on it costs the idle fee only. */
export async function releaseChannelRun(context: StepContext): Promise<HeldResource | null> {
  const { deps } = context;
  const channel = await locateChannel(context);
  if (channel) {
    const { channelId } = channel;
    if (STOPPABLE.has(channel.state)) await ask(() => stopChannel(deps, channelId), `channel ${channelId}`);
    if (!AT_REST.has(channel.state)) {
      await settleWithin(
        context,
        () => observeChannel(deps, channelId),
        (view) => view === null || AT_REST.has(view.state),
        `channel ${channelId} to stop`,
      );
    }
  }
  return 'channelRun';
}

/** Removes the destination's output from the flow. A flow that is gone has no outputs. */
export async function releaseFlowOutput(context: StepContext): Promise<HeldResource | null> {
  const { deps, record } = context;
  const find = async () => {
    const flow = await observeFlow(deps);
    return flow && findFlowOutput(deps, flow, record.destinationId);
  };
  const output = await find();
  if (output) {
    await ask(() => removeFlowOutput(deps, output.flowOutputArn), 'the flow output');
    await settleWithin(context, find, (view) => view === null, 'the flow output to go');
  }
  return 'flowOutput';
}

/** Deletes the channel, unless standby keeps it. */
export async function releaseChannel(context: StepContext): Promise<HeldResource | null> {
  const { deps, record } = context;
  if (isKept(record, 'channel')) return null;
  const channel = await locateChannel(context);
  if (channel) {
    const { channelId } = channel;
    if (channel.state !== 'DELETING') await ask(() => deleteChannel(deps, channelId), `channel ${channelId}`);
    await settleWithin(
      context,
      () => observeChannel(deps, channelId),
      (view) => view === null,
      `channel ${channelId} to be deleted`,
    );
  }
  return 'channel';
}

/** Deletes the input, unless standby keeps it. It can go only when the channel has let go of it. */
export async function releaseInput(context: StepContext): Promise<HeldResource | null> {
  const { deps, record } = context;
  if (isKept(record, 'input')) return null;
  const input = await locateInput(context);
  if (input) {
    const { inputId } = input;
    if (input.state === 'ATTACHED') throw new NotSettled(`input ${inputId} is still attached`);
    if (input.state !== 'DELETING') await ask(() => deleteInput(deps, inputId), `input ${inputId}`);
    await settleWithin(
      context,
      () => observeInput(deps, inputId),
      (view) => view === null,
      `input ${inputId} to be deleted`,
    );
  }
  return 'input';
}
