import type { AddOutputRequest, Output } from '@aws-sdk/client-mediaconnect';
import { isIPv4 } from 'node:net';
import { toArn } from '../media/identifiers.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowOutputRecord, FlowRecord } from '../media/media-state.ts';
import { badRequest } from '../wire/aws-error.ts';

/** Validates new outputs and assigns their ARNs. Throws BadRequestException. */
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

/** Describes an output as MediaConnect does. */
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

/**
 * Validates an output on its own and against the others of its flow.
 * @throws {AwsError} BadRequestException
 */
export function checkOutput(output: AddOutputRequest, others: AddOutputRequest[]): void {
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

/** Returns the ports of an output. FEC uses the second and fourth port above the media. */
function portsOf(output: AddOutputRequest): number[] {
  const port = output.Port ?? 0;
  return output.Protocol === 'rtp-fec' ? [port, port + 2, port + 4] : [port];
}
