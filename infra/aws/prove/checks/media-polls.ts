import { observeChannel, type ChannelView } from '../../../../functions/aws/channel.ts';
import { isFlowUp, observeFlow, startFlow, type FlowView } from '../../../../functions/aws/flow.ts';
import { observeInput, type InputView } from '../../../../functions/aws/input.ts';
import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import type { CheckContext } from '../proof-context.ts';
import { arrived, patiently, pending, waitFor } from '../waiting.ts';

/** Waits for states of media resources, with the operator's credentials. */

const INPUT_LIMIT_MS = 3 * 60_000;

/** Waits until the input is detached and has addresses. */
export async function untilDetached(context: CheckContext, inputId: string): Promise<InputView> {
  return waitFor(
    context,
    `input ${inputId} to be DETACHED`,
    async () => {
      const view = await observeInput({ ...context.deps, deployment: {} }, inputId);
      return view?.state === 'DETACHED' ? arrived(view) : pending(view?.state ?? 'nothing');
    },
    { limitMs: INPUT_LIMIT_MS, everyMs: 3_000 },
  );
}

/** Waits until the input is gone. */
export async function untilInputGone(context: CheckContext, inputId: string): Promise<void> {
  await waitFor(
    context,
    `input ${inputId} to be gone`,
    async () => {
      const view = await observeInput({ ...context.deps, deployment: {} }, inputId);
      return view === null ? arrived(true) : pending(view.state);
    },
    { limitMs: INPUT_LIMIT_MS, everyMs: 3_000 },
  );
}

/** Waits until the channel has the state. */
export async function untilChannelIs(
  context: CheckContext,
  channelId: string,
  state: 'IDLE' | 'RUNNING',
  limitMs: number,
): Promise<ChannelView> {
  return waitFor(
    context,
    `channel ${channelId} to be ${state}`,
    async () => {
      const view = await observeChannel({ ...context.deps, deployment: {} }, channelId);
      return view?.state === state ? arrived(view) : pending(view?.state ?? 'nothing');
    },
    { limitMs, everyMs: 3_000 },
  );
}

/** Waits until the channel is gone. */
export async function untilChannelGone(context: CheckContext, channelId: string): Promise<void> {
  await waitFor(
    context,
    `channel ${channelId} to be gone`,
    async () => {
      const view = await observeChannel({ ...context.deps, deployment: {} }, channelId);
      return view === null ? arrived(true) : pending(view.state);
    },
    { limitMs: 5 * 60_000, everyMs: 3_000 },
  );
}

/** Waits until the flow has the status. */
export async function untilFlowIs(context: CheckContext, status: 'ACTIVE' | 'STANDBY'): Promise<FlowView> {
  return waitFor(
    context,
    `the flow to be ${status}`,
    async () => {
      const flow = await observeFlow({ ...context.deps, deployment: context.found.deployment });
      return flow?.status === status ? arrived(flow) : pending(flow?.status ?? 'nothing');
    },
    { limitMs: 4 * 60_000, everyMs: 3_000 },
  );
}

/** Records the state in which the run found the flow, once, so that the end of the run can restore it. */
async function noteFlow(context: CheckContext): Promise<FlowView> {
  const { journal, found, deps } = context;
  const flow = await patiently(context, () => observeFlow({ ...deps, deployment: found.deployment }));
  if (flow === null) throw new Error(`the flow ${found.deployment.flowArn} does not exist`);
  if (!journal.entries.some(({ entry }) => entry === 'flow-found')) {
    const status = isFlowUp(flow) ? 'ACTIVE' : 'STANDBY';
    journal.append({ entry: 'flow-found', flowArn: flow.flowArn, status });
  }
  return flow;
}

/**
 * Ensures that the flow is active. Starts it with the API's role, or with the operator's credentials if the role may
 * not.
 */
export async function ensureFlowActive(context: CheckContext): Promise<FlowView> {
  const { found, deps } = context;
  const flow = await noteFlow(context);
  if (flow.status === 'STANDBY') {
    const start = (clients: Parameters<typeof startFlow>[0]['clients']) =>
      patiently(context, () => startFlow({ clients, deployment: found.deployment }));
    try {
      await start(context.as('api'));
    } catch (error) {
      if (awsErrorKind(error) !== 'denied') throw error;
      await start(deps.clients);
    }
  }
  return untilFlowIs(context, 'ACTIVE');
}
