/**
 * The complete state of the local media endpoints, as plain JSON: saved as a whole after each change and loaded at
 * start. It contains the stream keys of channels and the secrets of Secrets Manager, so its store must be encrypted at
 * rest.
 */
import type { AddOutputRequest, SetSourceRequest, Status } from '@aws-sdk/client-mediaconnect';
import type {
  ChannelState,
  CreateChannelRequest,
  CreateInputRequest,
  InputSecurityGroupState,
  InputState,
  InputLocation,
  InputType,
  ScheduleAction,
} from '@aws-sdk/client-medialive';
import type { CreateHarvestJobRequest, CreateOriginEndpointRequest } from '@aws-sdk/client-mediapackage';

/** A change of state in progress. With a null `dueMs` it never ends on its own, which a fault hook can request. */
export interface Transition {
  to: string;
  dueMs: number | null;
}

/** The members of every resource that changes state on its own. */
export interface Resource {
  id: string;
  transition?: Transition;
}

export interface FlowOutputRecord extends AddOutputRequest {
  arn: string;
}

/** One fault that MediaConnect looks for. */
export interface FaultSettings {
  State?: 'ENABLED' | 'DISABLED';
  ThresholdSeconds?: number;
}

/** A flow's SourceMonitoringConfig. Our SDK client's type lacks most of its members. */
export interface SourceMonitoring {
  ThumbnailState?: 'ENABLED' | 'DISABLED';
  ContentQualityAnalysisState?: 'ENABLED' | 'DISABLED';
  AudioMonitoringSettings?: { SilentAudio?: FaultSettings }[];
  VideoMonitoringSettings?: { BlackFrames?: FaultSettings; FrozenFrames?: FaultSettings }[];
}

export type SourceRecord = SetSourceRequest & { arn: string };

/** A flow's SourceFailoverConfig. Without it, or disabled, a flow has one source. */
export interface FailoverRecord {
  state: 'ENABLED' | 'DISABLED';
  /** Name of the source that is used whenever it delivers; absent: both rank equally. */
  primarySource?: string;
}

export interface FlowRecord extends Resource {
  /** A flow's ARN is its id. */
  id: string;
  name: string;
  status: Status;
  /** One, or two with failover. */
  sources: SourceRecord[];
  /** Absent in states of earlier versions. */
  failover?: FailoverRecord;
  /** The address that its outputs come from; it changes with each start. Absent in states of earlier versions. */
  egressIp?: string;
  outputs: FlowOutputRecord[];
  /** Absent while nothing is monitored, and in states of earlier versions. */
  monitoring?: SourceMonitoring;
  /** The reason why the last start failed. */
  error?: string;
}

export interface InputSecurityGroupRecord extends Resource {
  arn: string;
  state: InputSecurityGroupState;
  cidrs: string[];
  deletedAtMs?: number;
}

export interface InputRecord extends Resource {
  arn: string;
  state: InputState;
  name: string;
  /** Absent in states of earlier versions, which had only RTP_PUSH. */
  type?: InputType;
  /** Present for a pull input. */
  sources?: CreateInputRequest['Sources'];
  securityGroupIds: string[];
  /** One address per endpoint; a single-pipeline channel reads the first. */
  endpointIps: string[];
  attachedChannelId?: string;
  requestId?: string;
  deletedAtMs?: number;
}

/** MediaLive's names of a channel's pipelines. */
export type PipelineId = '0' | '1';

/** An action of a channel's schedule. */
export interface ScheduledAction {
  action: ScheduleAction;
  /** When it was executed, or will be. */
  atMs: number;
  isPending?: true;
}

export interface ChannelRecord extends Resource {
  arn: string;
  state: ChannelState;
  /**
   * The settings as created or updated, without tags and token. They contain the stream key until the channel is
   * deleted.
   */
  settings: Omit<CreateChannelRequest, 'RequestId' | 'Tags'>;
  requestId?: string;
  /** Absent in states of earlier versions. */
  schedule?: ScheduledAction[];
  /** Whether its outputs are paused. */
  isPaused?: true;
  /** The images over its output, by layer. */
  staticImages?: Record<string, InputLocation>;
  /** When the last StartChannel was accepted. */
  startedAtMs?: number;
  deletedAtMs?: number;
}

export interface PackageChannelRecord {
  id: string;
  arn: string;
  description?: string;
  createdAtMs: number;
  /** When an encoder first sent to it. Absent before, and in states of earlier versions. */
  encodedSinceMs?: number;
}

export interface HarvestJobRecord extends Resource {
  arn: string;
  status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
  channelId: string;
  settings: CreateHarvestJobRequest;
  createdAtMs: number;
  /** Why the job will fail or has failed. */
  problem?: string;
}

export interface OriginEndpointRecord {
  id: string;
  arn: string;
  /** The unguessable part of its URL. */
  hexId: string;
  settings: Omit<CreateOriginEndpointRequest, 'Tags'>;
  createdAtMs: number;
}

export interface SecretRecord {
  arn: string;
  name: string;
  description?: string;
  value: string;
  /** The token of the call that set the value. */
  versionId: string;
  tags: Record<string, string>;
  createdAtMs: number;
  /** A deleted secret blocks its name for a while and has no value any more. */
  deletedAtMs?: number;
}

export interface MediaState {
  version: 1;
  /** The last number used for an id. */
  counter: number;
  flows: Record<string, FlowRecord>;
  inputSecurityGroups: Record<string, InputSecurityGroupRecord>;
  inputs: Record<string, InputRecord>;
  channels: Record<string, ChannelRecord>;
  packageChannels: Record<string, PackageChannelRecord>;
  originEndpoints: Record<string, OriginEndpointRecord>;
  harvestJobs: Record<string, HarvestJobRecord>;
  /** By name. */
  secrets: Record<string, SecretRecord>;
  /** The tags of every resource, by ARN. */
  tags: Record<string, Record<string, string>>;
}

/** Finds a record by an id from a caller, which may be any text, `constructor` included. */
export function lookUp<Item>(records: Record<string, Item>, id: string | undefined): Item | undefined {
  return id !== undefined && Object.hasOwn(records, id) ? records[id] : undefined;
}

/** Returns the state of a first run. */
function emptyMediaState(): MediaState {
  return {
    version: 1,
    counter: 0,
    flows: {},
    inputSecurityGroups: {},
    inputs: {},
    channels: {},
    packageChannels: {},
    originEndpoints: {},
    harvestJobs: {},
    secrets: {},
    tags: {},
  };
}

/** Loads a stored state. Throws when its version is unknown. */
export function loadMediaState(stored: unknown): MediaState {
  if (stored === null || stored === undefined) return emptyMediaState();
  const state = structuredClone(stored) as MediaState;
  if (state.version !== 1) throw new Error(`unknown version of the media state: ${String(state.version)}`);
  // States of earlier versions have neither secrets nor harvest jobs, and flows with one source.
  state.secrets ??= {};
  state.harvestJobs ??= {};
  for (const flow of Object.values(state.flows) as (FlowRecord & { source?: SourceRecord })[]) {
    flow.sources ??= flow.source === undefined ? [] : [flow.source];
    delete flow.source;
  }
  return state;
}
