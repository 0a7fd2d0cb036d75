import {
  AddFlowOutputsCommand,
  DescribeFlowCommand,
  DescribeFlowSourceMetadataCommand,
  RemoveFlowOutputCommand,
  StartFlowCommand,
  StopFlowCommand,
  UpdateFlowCommand,
  type AddOutputRequest,
  type Flow,
  type FrameResolution,
  type Source,
  type TransportStream,
} from '@aws-sdk/client-mediaconnect';
import { awsErrorKind, isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';
import { roleOf, type SourceRole } from '../domain/source-name.ts';
import { backupOutputName, resourceName } from './names.ts';

/** AWS's hard cap on the outputs of a transport-stream flow. */
export const FLOW_OUTPUTS_MAX = 50;

export interface FlowOutputView {
  flowOutputArn: string;
  flowOutputName: string;
  address: string | null;
  port: number | null;
  /** SRT only. */
  streamId: string | null;
  latencyMs: number | null;
  secretArn: string | null;
}

/** Where an output sends to: a push input of MediaLive, or an SRT receiver. */
export type OutputTarget =
  | { kind: 'input'; address: string; port: number }
  | {
      kind: 'srt';
      /** Every address of the receiver's host, which may be listed in another order the next time. */
      addresses: readonly string[];
      port: number;
      streamId: string | null;
      latencyMs: number;
      /** The secret with the passphrase, and the role that may read it; null without encryption. */
      encryption: { secretArn: string; roleArn: string } | null;
    };

interface IngestView {
  protocol: string;
  ip: string | null;
  port: number | null;
  latencyMs: number | null;
  encrypted: boolean;
}

export interface FlowSourceView extends IngestView {
  role: SourceRole;
  sourceArn: string;
  name: string;
}

/** The parts of the deployment's flow that Sluice uses. */
export interface FlowView {
  flowArn: string;
  name: string;
  /** STANDBY, ACTIVE, UPDATING, DELETING, STARTING, STOPPING or ERROR. */
  status: string;
  egressIp: string | null;
  outputs: FlowOutputView[];
  ingest: IngestView;
  /** The main source, and the backup if there is one. */
  sources: FlowSourceView[];
  /** The source that MediaConnect uses whenever it delivers; null: both rank equally. */
  preferred: SourceRole | null;
  errors: string[];
}

function toIngest(source: Source | undefined): IngestView {
  return {
    protocol: source?.Transport?.Protocol ?? 'unknown',
    ip: source?.IngestIp ?? null,
    port: source?.IngestPort ?? null,
    latencyMs: source?.Transport?.MinLatency ?? null,
    encrypted: source?.Decryption !== undefined,
  };
}

function toSources(flow: Flow): FlowSourceView[] {
  const listed = flow.Sources ?? (flow.Source ? [flow.Source] : []);
  return listed.map((source) => ({
    ...toIngest(source),
    role: roleOf(source.Name ?? ''),
    sourceArn: source.SourceArn ?? '',
    name: source.Name ?? '',
  }));
}

function toView(flow: Flow, errors: string[]): FlowView {
  const sources = toSources(flow);
  const primary = flow.SourceFailoverConfig?.SourcePriority?.PrimarySource;
  return {
    flowArn: flow.FlowArn ?? '',
    name: flow.Name ?? '',
    status: flow.Status ?? 'UNKNOWN',
    egressIp: flow.EgressIp ?? null,
    outputs: (flow.Outputs ?? []).map((output) => ({
      flowOutputArn: output.OutputArn ?? '',
      flowOutputName: output.Name ?? '',
      address: output.Destination ?? null,
      port: output.Port ?? null,
      streamId: output.Transport?.StreamId ?? null,
      latencyMs: output.Transport?.MinLatency ?? null,
      secretArn: output.Encryption?.SecretArn ?? null,
    })),
    ingest: toIngest(flow.Source),
    sources,
    preferred: sources.find(({ name }) => name === primary)?.role ?? null,
    errors,
  };
}

/** Describes the deployment's flow. Returns null when it does not exist. */
export async function observeFlow({
  clients,
  deployment,
}: AwsDeps<'mediaConnect', 'flowArn'>): Promise<FlowView | null> {
  try {
    const answer = await clients.mediaConnect.send(new DescribeFlowCommand({ FlowArn: deployment.flowArn }));
    return answer.Flow ? toView(answer.Flow, answer.Messages?.Errors ?? []) : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Returns true while the flow carries the feed. An UPDATING flow does, but refuses other changes of its outputs. */
export function isFlowUp(flow: Pick<FlowView, 'status'>): boolean {
  return flow.status === 'ACTIVE' || flow.status === 'UPDATING';
}

/** Asks MediaConnect to start the flow. It has no conflict error, so the caller must check the status first. */
export async function startFlow({ clients, deployment }: AwsDeps<'mediaConnect', 'flowArn'>): Promise<void> {
  await clients.mediaConnect.send(new StartFlowCommand({ FlowArn: deployment.flowArn }));
}

/** Asks MediaConnect to stop the flow. */
export async function stopFlow({ clients, deployment }: AwsDeps<'mediaConnect', 'flowArn'>): Promise<void> {
  await clients.mediaConnect.send(new StopFlowCommand({ FlowArn: deployment.flowArn }));
}

/**
 * Sets the source that MediaConnect uses whenever it delivers. This is its only way to change sources by hand: with
 * failover it has no call that switches.
 * @param name null: both rank equally, and the flow stays on the one that works
 */
export async function preferSource(
  { clients, deployment }: AwsDeps<'mediaConnect', 'flowArn'>,
  name: string | null,
): Promise<void> {
  await clients.mediaConnect.send(
    new UpdateFlowCommand({
      FlowArn: deployment.flowArn,
      SourceFailoverConfig: {
        State: 'ENABLED',
        FailoverMode: 'FAILOVER',
        SourcePriority: name === null ? {} : { PrimarySource: name },
      },
    }),
  );
}

/** A destination's flow outputs. The backup one feeds the second pipeline of its channel. */
export interface FoundOutputs {
  main: FlowOutputView | null;
  backup: FlowOutputView | null;
}

/** Finds a destination's flow outputs by their deterministic names. */
export function findFlowOutputs(
  { deployment }: AwsDeps<never, 'deploymentId'>,
  flow: FlowView,
  destinationId: string,
): FoundOutputs {
  const find = (name: string) => flow.outputs.find((output) => output.flowOutputName === name) ?? null;
  return {
    main: find(resourceName(deployment, destinationId)),
    backup: find(backupOutputName(deployment, destinationId)),
  };
}

/** Returns true when an output sends to a target, with the same settings. */
export function leadsTo(output: FlowOutputView, target: OutputTarget): boolean {
  if (output.port !== target.port) return false;
  if (target.kind === 'input') return output.address === target.address;
  const { addresses, streamId, latencyMs, encryption } = target;
  return (
    addresses.includes(output.address ?? '') &&
    output.streamId === streamId &&
    output.latencyMs === latencyMs &&
    output.secretArn === (encryption?.secretArn ?? null)
  );
}

/** What the outputs of a destination must be; `backup` is null for a channel with one pipeline. */
export interface OutputTargets {
  main: OutputTarget;
  backup: OutputTarget | null;
}

/**
 * Adds flow outputs of a destination, all or none. AddFlowOutputs takes no token; the names prevent doubles.
 * @param targets null for an output that need not be added
 */
export async function addFlowOutputs(
  { clients, deployment }: AwsDeps<'mediaConnect', 'deploymentId' | 'flowArn'>,
  destinationId: string,
  { main, backup }: Record<keyof OutputTargets, OutputTarget | null>,
): Promise<void> {
  await clients.mediaConnect.send(
    new AddFlowOutputsCommand({
      FlowArn: deployment.flowArn,
      Outputs: [
        ...(main ? [toRequest(resourceName(deployment, destinationId), main)] : []),
        ...(backup ? [toRequest(backupOutputName(deployment, destinationId), backup)] : []),
      ],
    }),
  );
}

function toRequest(Name: string, target: OutputTarget): AddOutputRequest {
  return {
    Name,
    Port: target.port,
    ...(target.kind === 'input'
      ? { Protocol: 'rtp-fec', Destination: target.address, SmoothingLatency: 0 }
      : toSrtSettings(target)),
  };
}

function toSrtSettings({
  addresses,
  streamId,
  latencyMs,
  encryption,
}: Extract<OutputTarget, { kind: 'srt' }>): Omit<AddOutputRequest, 'Name' | 'Port'> {
  return {
    Protocol: 'srt-caller',
    Destination: addresses[0]!,
    MinLatency: latencyMs,
    ...(streamId === null ? {} : { StreamId: streamId }),
    // As for the source, the key type must be given, and an algorithm is refused.
    ...(encryption === null
      ? {}
      : { Encryption: { KeyType: 'srt-password', SecretArn: encryption.secretArn, RoleArn: encryption.roleArn } }),
  };
}

/** Removes a flow output. Succeeds when it is already gone. */
export async function removeFlowOutput(
  { clients, deployment }: AwsDeps<'mediaConnect', 'flowArn'>,
  flowOutputArn: string,
): Promise<void> {
  try {
    await clients.mediaConnect.send(
      new RemoveFlowOutputCommand({ FlowArn: deployment.flowArn, OutputArn: flowOutputArn }),
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Distinguishes a temporary refusal from a permanent one. MediaConnect has no conflict error: it answers a change
 * during a state transition with a bad request, like one that can never succeed. So this reads the flow again and
 * compares.
 * @param before the flow as it was before the refused call
 * @returns true when the flow is changing, or has changed since
 */
export async function isFlowBusy(
  deps: AwsDeps<'mediaConnect', 'flowArn'>,
  error: unknown,
  before: FlowView,
): Promise<boolean> {
  const kind = awsErrorKind(error);
  if (kind === 'conflict') return true;
  if (kind !== 'invalid') return false;
  const now = await observeFlow(deps);
  if (!now) return false;
  const names = (flow: FlowView) => flow.outputs.map(({ flowOutputName }) => flowOutputName).join(' ');
  return now.status !== 'ACTIVE' || before.status !== 'ACTIVE' || names(now) !== names(before);
}

export interface SourceMedia {
  /** Width and height are null before the first keyframe. */
  video: { codec: string; width: number | null; height: number | null; framesPerSecond: number | null } | null;
  audio: { codec: string; sampleRateHz: number | null; channels: number | null } | null;
  /** All audio streams, in the order of the program's table. */
  audioTracks: { pid: number; codec: string; sampleRateHz: number | null; channels: number | null }[];
}

/** Returns what the source carries, or null when that is unknown (no encoder, or the flow does not run). */
export async function describeSourceMedia({
  clients,
  deployment,
}: AwsDeps<'mediaConnect', 'flowArn'>): Promise<SourceMedia | null> {
  const answer = await clients.mediaConnect
    .send(new DescribeFlowSourceMetadataCommand({ FlowArn: deployment.flowArn }))
    .catch((error: unknown) => {
      // AWS does not document the answer for a stopped flow. A bad request is taken to mean that nothing is known.
      if (awsErrorKind(error) === 'invalid') return null;
      throw error;
    });
  const streams = answer?.TransportMediaInfo?.Programs?.flatMap((program) => program.Streams ?? []) ?? [];
  const video = streams.find((stream) => stream.StreamType === 'Video');
  const audioTracks = streams.filter((stream) => stream.StreamType === 'Audio').map(toAudioTrack);
  const [audio] = audioTracks;
  if (!video && !audio) return null;
  return {
    video: video
      ? {
          codec: video.Codec ?? 'unknown',
          ...sizeOf(video.FrameResolution),
          framesPerSecond: parseFrameRate(video.FrameRate),
        }
      : null,
    audio: audio ? { codec: audio.codec, sampleRateHz: audio.sampleRateHz, channels: audio.channels } : null,
    audioTracks,
  };
}

function toAudioTrack({
  Pid: pid,
  Codec: codec,
  SampleRate: sampleRateHz,
  Channels: channels,
}: TransportStream): SourceMedia['audioTracks'][number] {
  return {
    pid: pid ?? 0,
    codec: codec ?? 'unknown',
    sampleRateHz: sampleRateHz ?? null,
    channels: channels ?? null,
  };
}

function sizeOf(resolution: FrameResolution | undefined): { width: number | null; height: number | null } {
  return { width: resolution?.FrameWidth || null, height: resolution?.FrameHeight || null };
}

/** Parses `30`, `29.97` or `30000/1001`. Returns null for anything else. */
function parseFrameRate(text: string | undefined): number | null {
  const [numerator, denominator = '1'] = (text ?? '').split('/');
  const value = Number(numerator) / Number(denominator);
  return numerator && Number.isFinite(value) && value > 0 ? value : null;
}
