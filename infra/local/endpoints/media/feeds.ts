import { isDeepStrictEqual } from 'node:util';
import ipaddr from 'ipaddr.js';
import type { EngineReport, SourceReport, SrtReceiver } from '../../engine/contract.ts';
import { command } from './engine-commands.ts';
import type { MediaContext } from './media-context.ts';
import type { FlowRecord, PipelineId } from './media-state.ts';
import { callersOf } from './srt-callers.ts';

/** The address that local flows listen on and channels send from. */
export const LOCAL_IP = '127.0.0.1';

/** Returns the address that a flow's push outputs come from. */
export function egressIpOf({ egressIp = LOCAL_IP }: FlowRecord): string {
  return egressIp;
}

/**
 * Returns a new egress address for a flow, because AWS does not guarantee that a flow keeps its address across
 * restarts. The address stays within loopback.
 */
export function nextEgressIp(flow: FlowRecord): string {
  const last = Number(egressIpOf(flow).split('.')[3]);
  return `127.0.0.${(last % 250) + 1}`;
}

/** The UDP port of an RTP push input's endpoints. */
export const RTP_INPUT_PORT = 5000;

/**
 * Aligns the engine's fan-out with the state: a flow feeds an address when the flow is running, an output to that
 * address is enabled, and the input's security group admits the flow's egress address. It calls the SRT receivers of its
 * enabled outputs.
 */
export function refreshFeeds(context: MediaContext): void {
  for (const flow of Object.values(context.state.flows)) {
    const isRunning = flow.status === 'ACTIVE' || flow.status === 'UPDATING';
    refreshCallers(context, flow.id, isRunning ? callersOf(context, flow) : []);
    if (!isRunning) {
      context.fedAddresses.delete(flow.id);
      continue;
    }
    const addresses = addressesFedBy(context, flow);
    const key = addresses.join(' ');
    if (context.fedAddresses.get(flow.id) === key) continue;
    context.fedAddresses.set(flow.id, key);
    command(context, flow.id, () => context.engine.setFlowOutputs(flow.id, addresses));
  }
}

function refreshCallers(context: MediaContext, flowArn: string, callers: SrtReceiver[]): void {
  const before = context.calledReceivers.get(flowArn) ?? [];
  if (isDeepStrictEqual(before, callers)) return;
  context.calledReceivers.set(flowArn, callers);
  command(context, flowArn, () => context.engine.setFlowCallers(flowArn, callers));
}

/** Returns the input addresses, `ip:port`, that a flow's enabled outputs reach and that admit the flow. */
function addressesFedBy(context: MediaContext, flow: FlowRecord): string[] {
  const open = new Set(
    Object.values(context.state.inputs)
      .filter((input) => input.state === 'DETACHED' || input.state === 'ATTACHED')
      .filter((input) => input.securityGroupIds.some((id) => groupAllows(context, id, egressIpOf(flow))))
      .flatMap((input) => input.endpointIps.map((ip) => `${ip}:${RTP_INPUT_PORT}`)),
  );
  return flow.outputs
    .filter((output) => output.OutputStatus !== 'DISABLED')
    .map((output) => `${output.Destination}:${output.Port}`)
    .filter((address) => open.has(address));
}

function groupAllows(context: MediaContext, groupId: string, ip: string): boolean {
  const group = context.state.inputSecurityGroups[groupId];
  if (group === undefined || group.state === 'DELETED') return false;
  return group.cidrs.some((cidr) => ipaddr.IPv4.parse(ip).match(ipaddr.IPv4.parseCIDR(cidr)));
}

/** Returns the report of the source that feeds a channel's input, by pipeline; undefined if no flow does. */
export function feedingSource(
  context: MediaContext,
  report: EngineReport,
  channelId: string,
  pipelineId: PipelineId = '0',
): SourceReport | undefined {
  const input = Object.values(context.state.inputs).find((other) => other.attachedChannelId === channelId);
  if (input === undefined) return undefined;
  const flow = Object.values(context.state.flows).find((other) =>
    other.outputs.some((output) => output.Destination === input.endpointIps[Number(pipelineId)]),
  );
  return report.sources.find((source) => source.flowArn === flow?.id);
}
