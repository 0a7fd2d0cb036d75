/**
 * Everything the local media endpoints remember, as plain JSON: saved whole after each change and loaded at start. It
 * holds the stream keys of channels, so its store must be encrypted at rest. Passphrases are not in it, only the ARNs of
 * their secrets.
 */
import type { AddOutputRequest, SetSourceRequest, Status } from '@aws-sdk/client-mediaconnect';
import type {
  ChannelState,
  CreateChannelRequest,
  CreateInputRequest,
  InputSecurityGroupState,
  InputState,
  InputType,
} from '@aws-sdk/client-medialive';
import type { CreateOriginEndpointRequest } from '@aws-sdk/client-mediapackage';

/** A change of state under way. `dueMs` null: never by itself (a fault hook asked for that). */
export interface Transition {
  to: string;
  dueMs: number | null;
}

/** What every resource with a life of its own has. */
export interface Resource {
  id: string;
  transition?: Transition;
}

export interface FlowOutputRecord extends AddOutputRequest {
  arn: string;
}

export interface FlowRecord extends Resource {
  /** The id of a flow is its ARN. */
  id: string;
  name: string;
  status: Status;
  source: SetSourceRequest & { arn: string };
  /** Where its outputs come from; another address after each start. Absent in states of earlier versions. */
  egressIp?: string;
  outputs: FlowOutputRecord[];
  /** Why the last start failed. */
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
  /** Absent in states of earlier versions, which knew RTP_PUSH only. */
  type?: InputType;
  /** Of a pull input. */
  sources?: CreateInputRequest['Sources'];
  securityGroupIds: string[];
  /** One address per endpoint; a single-pipeline channel reads the first. */
  endpointIps: string[];
  attachedChannelId?: string;
  requestId?: string;
  deletedAtMs?: number;
}

export interface ChannelRecord extends Resource {
  arn: string;
  state: ChannelState;
  /** As created or updated, without tags and token. Holds the stream key until the channel is deleted. */
  settings: Omit<CreateChannelRequest, 'RequestId' | 'Tags'>;
  requestId?: string;
  /** When StartChannel was last accepted. */
  startedAtMs?: number;
  deletedAtMs?: number;
}

export interface PackageChannelRecord {
  id: string;
  arn: string;
  description?: string;
  createdAtMs: number;
}

export interface OriginEndpointRecord {
  id: string;
  arn: string;
  /** The unguessable part of its URL. */
  hexId: string;
  settings: Omit<CreateOriginEndpointRequest, 'Tags'>;
  createdAtMs: number;
}

export interface MediaState {
  version: 1;
  /** Last number given out; ids are made from it. */
  counter: number;
  flows: Record<string, FlowRecord>;
  inputSecurityGroups: Record<string, InputSecurityGroupRecord>;
  inputs: Record<string, InputRecord>;
  channels: Record<string, ChannelRecord>;
  packageChannels: Record<string, PackageChannelRecord>;
  originEndpoints: Record<string, OriginEndpointRecord>;
  /** Tags of any resource, by its ARN. */
  tags: Record<string, Record<string, string>>;
}

/** The record of an id, which may be anything a caller sends, `constructor` included. */
export function lookUp<Item>(records: Record<string, Item>, id: string | undefined): Item | undefined {
  return id !== undefined && Object.hasOwn(records, id) ? records[id] : undefined;
}

/** The state of a first run. */
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
    tags: {},
  };
}

/** Takes over what a store holds. Throws when it was written by a version this one does not know. */
export function loadMediaState(stored: unknown): MediaState {
  if (stored === null || stored === undefined) return emptyMediaState();
  const state = structuredClone(stored) as MediaState;
  if (state.version !== 1) throw new Error(`unknown version of the media state: ${String(state.version)}`);
  return state;
}
