import type {
  AddFlowOutputsRequest,
  AddFlowOutputsResponse,
  AddOutputRequest,
  Output,
  UpdateFlowOutputRequest,
  UpdateFlowOutputResponse,
} from '@aws-sdk/client-mediaconnect';
import { isIPv4 } from 'node:net';
import { findFlow } from './flow.ts';
import { toArn } from './identifiers.ts';
import { commit, emit } from './media-context.ts';
import type { MediaContext } from './media-context.ts';
import type { FlowOutputRecord, FlowRecord } from './media-state.ts';
import { AwsError, badRequest, notFound } from './protocol/aws-error.ts';

/**
 * Adds outputs to a flow in any state but DELETING, all of them or none. There is no token: a second output of the same
 * name is refused, which is how a repeated call shows itself.
 */
export function addFlowOutputs(context: MediaContext, input: AddFlowOutputsRequest): AddFlowOutputsResponse {
  const flow = findEditable(context, input.FlowArn!);
  const requests = input.Outputs ?? [];
  if (requests.length === 0) throw badRequest('Outputs must not be empty');
  if (flow.outputs.length + requests.length > context.quotas.outputsPerFlow) {
    const limit = context.quotas.outputsPerFlow;
    throw new AwsError('AddFlowOutputs420Exception', 420, `a flow has at most ${limit} outputs`);
  }
  const added = toOutputRecords(context, flow, requests);
  flow.outputs.push(...added);
  commit(context);
  return { FlowArn: flow.id, Outputs: added.map(toOutput) };
}

/** Changes an output's destination, or mutes it (`DISABLED`) without removing it. What is not given stays. */
export function updateFlowOutput(context: MediaContext, input: UpdateFlowOutputRequest): UpdateFlowOutputResponse {
  const flow = findEditable(context, input.FlowArn!);
  const output = findOutput(flow, input.OutputArn!);
  const { FlowArn: _flowArn, OutputArn: _outputArn, ...changes } = input;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const updated = { ...output, ...given } as FlowOutputRecord;
  checkOutput(
    updated,
    flow.outputs.filter((other) => other !== output),
  );
  const previousStatus = output.OutputStatus ?? 'ENABLED';
  Object.assign(output, updated);
  if (output.OutputStatus !== undefined && output.OutputStatus !== previousStatus) {
    emit(context, {
      source: 'aws.mediaconnect',
      detailType: 'MediaConnect Output Status Change',
      resources: [flow.id, output.arn],
      detail: { currentStatus: output.OutputStatus, previousStatus },
    });
  }
  commit(context);
  return { FlowArn: flow.id, Output: toOutput(output) };
}

/** Removes an output; the address is no longer fed. */
export function removeFlowOutput(context: MediaContext, input: { FlowArn: string; OutputArn: string }) {
  const flow = findEditable(context, input.FlowArn);
  const output = findOutput(flow, input.OutputArn);
  flow.outputs = flow.outputs.filter((other) => other !== output);
  delete context.state.tags[output.arn];
  commit(context);
  return { FlowArn: flow.id, OutputArn: output.arn };
}

/** Checks outputs to be added and gives them ARNs. Throws BadRequestException. */
export function toOutputRecords(
  context: MediaContext,
  flow: FlowRecord,
  requests: AddOutputRequest[],
): FlowOutputRecord[] {
  const taken = [...flow.outputs];
  for (const request of requests) {
    if (!request.Name) throw badRequest('an output needs a Name');
    if (taken.some((output) => output.Name === request.Name)) {
      throw badRequest(`flow ${flow.name} already has an output named ${request.Name}`);
    }
    checkOutput(request, taken);
    taken.push({ ...request, arn: '' });
  }
  return requests.map((request) => ({
    ...request,
    OutputStatus: request.OutputStatus ?? 'ENABLED',
    arn: toArn('mediaconnect', `output:1-${context.identifiers.hex(16)}:${request.Name}`),
  }));
}

/** An output as MediaConnect describes it. */
export function toOutput(output: FlowOutputRecord): Output {
  return {
    OutputArn: output.arn,
    Name: output.Name,
    Description: output.Description,
    Destination: output.Destination,
    Port: output.Port,
    OutputStatus: output.OutputStatus ?? 'ENABLED',
    Transport: { Protocol: output.Protocol, SmoothingLatency: output.SmoothingLatency ?? 0 },
  };
}

function findEditable(context: MediaContext, arn: string): FlowRecord {
  const flow = findFlow(context, arn);
  if (flow.status === 'DELETING') throw badRequest(`flow ${flow.name} is DELETING and cannot be changed`);
  return flow;
}

function findOutput(flow: FlowRecord, arn: string): FlowOutputRecord {
  const output = flow.outputs.find((other) => other.arn === arn);
  if (output === undefined) throw notFound(`flow ${flow.name} has no output ${arn}`);
  return output;
}

function checkOutput(output: AddOutputRequest, others: AddOutputRequest[]): void {
  if (output.Protocol !== 'rtp-fec' && output.Protocol !== 'rtp') {
    throw badRequest('Protocol must be rtp-fec or rtp: this local endpoint sends no other');
  }
  if (output.Encryption !== undefined) throw badRequest('an RTP output cannot be encrypted');
  if (output.Destination === undefined || !isIPv4(output.Destination)) {
    throw badRequest('Destination must be an IPv4 address');
  }
  if (output.Port === undefined || !Number.isInteger(output.Port) || output.Port < 1 || output.Port > 65_531) {
    throw badRequest('Port must be a whole number from 1 to 65531');
  }
  const ports = portsOf(output);
  const clash = others.find(
    (other) => other.Destination === output.Destination && portsOf(other).some((port) => ports.includes(port)),
  );
  if (clash !== undefined) {
    throw badRequest(`output ${clash.Name} already sends to ${output.Destination}, port ${ports.join(' or ')}`);
  }
}

/** FEC goes to the second and fourth port above the media. */
function portsOf(output: AddOutputRequest): number[] {
  const port = output.Port ?? 0;
  return output.Protocol === 'rtp-fec' ? [port, port + 2, port + 4] : [port];
}
