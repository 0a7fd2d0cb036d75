import ipaddr from 'ipaddr.js';
import type { EngineReport, SourceReport } from '../../engine/contract.ts';
import { command } from './engine-commands.ts';
import type { MediaContext } from './media-context.ts';
import type { FlowRecord } from './media-state.ts';

/** Address that local flows listen on and that channels send from. */
export const LOCAL_IP = '127.0.0.1';

/** Address push outputs of a flow come from. */
export function egressIpOf({ egressIp = LOCAL_IP }: FlowRecord): string {
  return egressIp;
}

/**
 * Another egress address than the one so far: AWS does not promise that a flow keeps it over a restart. It stays within
 * loopback.
 */
export function nextEgressIp(flow: FlowRecord): string {
  const last = Number(egressIpOf(flow).split('.')[3]);
  return `127.0.0.${(last % 250) + 1}`;
}

/** UDP port of an RTP push input's endpoints. */
export const RTP_INPUT_PORT = 5000;

/**
 * Brings the engine's fan-out in line with the state: a flow feeds an address when it is running, an output to that
 * address is enabled, and the input there lets the flow's egress address in.
 */
export function refreshFeeds(context: MediaContext): void {
  for (const flow of Object.values(context.state.flows)) {
    if (flow.status !== 'ACTIVE' && flow.status !== 'UPDATING') {
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

/** Input addresses, `ip:port`, that a flow's enabled outputs reach and that accept it. */
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

/** The report of the source whose flow feeds a channel's input; undefined when none does. */
export function feedingSource(
  context: MediaContext,
  report: EngineReport,
  channelId: string,
): SourceReport | undefined {
  const input = Object.values(context.state.inputs).find((other) => other.attachedChannelId === channelId);
  if (input === undefined) return undefined;
  const flow = Object.values(context.state.flows).find((other) =>
    other.outputs.some((output) => output.Destination === input.endpointIps[0]),
  );
  return report.sources.find((source) => source.flowArn === flow?.id);
}
