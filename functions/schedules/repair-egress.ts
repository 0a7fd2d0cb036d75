import type { AwsDeps } from '../aws/clients.ts';
import { isFlowUp, observeFlow, type FlowView } from '../aws/flow.ts';
import { ensureEgressAllowed } from '../aws/input-security-group.ts';
import type { Logger } from '../workflow/workflow-deps.ts';
import { COUNTED_LINES } from './counted-log-lines.ts';

interface RepairDeps extends AwsDeps<'mediaConnect' | 'mediaLive', 'flowArn' | 'inputSecurityGroupId'> {
  logger: Pick<Logger, 'info'>;
}

/**
 * Allows a running flow's egress address in the input security group if it is missing. The address may change whenever
 * the flow restarts, and then no channel receives anything.
 * @param seen the flow, if the caller has just read it
 */
export async function repairEgress(deps: RepairDeps, seen?: FlowView | null): Promise<void> {
  const flow = seen === undefined ? await observeFlow(deps) : seen;
  if (!flow?.egressIp || !isFlowUp(flow)) return;
  const { egressIp } = flow;
  if (await ensureEgressAllowed(deps, egressIp)) deps.logger.info(COUNTED_LINES.egressRepaired, { egressIp });
}
