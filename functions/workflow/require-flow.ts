import { isFlowUp, observeFlow, type FlowView } from '../aws/flow.ts';
import { AppError } from '../domain/errors.ts';
import type { StepContext } from './step-context.ts';
import { NotSettled } from './workflow-errors.ts';

/**
 * Returns the flow when outputs can be added to it.
 * @throws {NotSettled} while the flow starts
 * @throws {AppError} `source_not_active`
 */
export async function requireFlow({ deps }: Pick<StepContext, 'deps'>): Promise<FlowView> {
  const flow = await observeFlow(deps);
  if (flow?.status === 'STARTING') throw new NotSettled('the flow is starting');
  if (flow && isFlowUp(flow)) return flow;
  throw new AppError('source_not_active', {
    detail: flow ? `the flow is ${flow.status.toLowerCase()}, so there is nothing to send` : 'the flow does not exist',
    remedy: FLOW_REMEDIES[flow?.status ?? 'GONE'] ?? 'start the source first, then start this destination',
  });
}

const FLOW_REMEDIES: Record<string, string> = {
  ERROR: 'stop the source and start it again, then start this destination',
  STOPPING: 'wait until the source has stopped, start it again, then start this destination',
  DELETING: 'deploy the media source again',
  GONE: 'deploy the media source again',
};
