import type { AddOutputRequest, Output } from '@aws-sdk/client-mediaconnect';
import { isIPv4 } from 'node:net';
import { toArn } from '../media/identifiers.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowOutputRecord, FlowRecord } from '../media/media-state.ts';
import { DEFAULT_LATENCY_MS } from '../media/srt-callers.ts';
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
    ...(output.Encryption === undefined ? {} : { Encryption: output.Encryption }),
    Transport:
      output.Protocol === 'srt-caller'
        ? { Protocol: output.Protocol, MinLatency: output.MinLatency ?? DEFAULT_LATENCY_MS, StreamId: output.StreamId }
        : { Protocol: output.Protocol, SmoothingLatency: output.SmoothingLatency ?? 0 },
  };
}

const LATENCY_MS = { min: 100, max: 15_000 };
/** SRT's own limit. */
const STREAM_ID_BYTES_MAX = 512;

/**
 * Validates an output on its own and against the others of its flow.
 * @throws {AwsError} BadRequestException
 */
export function checkOutput(output: AddOutputRequest, others: AddOutputRequest[]): void {
  if (output.Destination === undefined || !isIPv4(output.Destination)) {
    throw badRequest('Destination must be an IPv4 address');
  }
  switch (output.Protocol) {
    case 'rtp':
    case 'rtp-fec':
      checkRtpOutput(output, others);
      break;
    case 'srt-caller':
      checkSrtOutput(output);
      break;
    default:
      throw badRequest('Protocol must be rtp-fec, rtp or srt-caller: this local endpoint sends no other');
  }
}

function checkRtpOutput(output: AddOutputRequest, others: AddOutputRequest[]): void {
  if (output.Encryption !== undefined) throw badRequest('an RTP output cannot be encrypted');
  if (output.MinLatency !== undefined) throw badRequest('MinLatency is for SRT outputs');
  if (output.StreamId !== undefined) throw badRequest('StreamId is for SRT caller outputs');
  requirePort(output.Port, 65_531);
  const ports = portsOf(output);
  const clash = others.find(
    (other) => other.Destination === output.Destination && portsOf(other).some((port) => ports.includes(port)),
  );
  if (clash !== undefined) {
    throw badRequest(`output ${clash.Name} already sends to ${output.Destination}, port ${ports.join(' or ')}`);
  }
}

function checkSrtOutput({ Port, MinLatency, SmoothingLatency, StreamId, Encryption }: AddOutputRequest): void {
  requirePort(Port, 65_535);
  if (SmoothingLatency !== undefined) throw badRequest('SmoothingLatency is for RIST, RTP and RTP-FEC outputs');
  const { min, max } = LATENCY_MS;
  if (MinLatency !== undefined && (!Number.isInteger(MinLatency) || MinLatency < min || MinLatency > max)) {
    throw badRequest(`MinLatency must be a whole number from ${min} to ${max} ms`);
  }
  if (StreamId !== undefined && (StreamId === '' || Buffer.byteLength(StreamId) > STREAM_ID_BYTES_MAX)) {
    throw badRequest(`StreamId must have 1 to ${STREAM_ID_BYTES_MAX} bytes`);
  }
  if (Encryption === undefined) return;
  // Without a key type MediaConnect assumes static-key, which SRT does not have.
  if (Encryption.KeyType !== 'srt-password' || !Encryption.SecretArn) {
    throw badRequest("Encryption of an SRT output needs KeyType 'srt-password' and a SecretArn");
  }
  if (Encryption.Algorithm !== undefined) {
    throw badRequest('Encryption.Algorithm must be left out when KeyType is srt-password');
  }
}

function requirePort(port: number | undefined, max: number): void {
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > max) {
    throw badRequest(`Port must be a whole number from 1 to ${max}`);
  }
}

/** Returns the ports that an RTP output uses alone. FEC uses the second and fourth port above the media. */
function portsOf(output: AddOutputRequest): number[] {
  const port = output.Port ?? 0;
  if (output.Protocol === 'srt-caller') return [];
  return output.Protocol === 'rtp-fec' ? [port, port + 2, port + 4] : [port];
}
