import type {
  CreateFlowRequest,
  CreateFlowResponse,
  DescribeFlowResponse,
  Flow,
  ListFlowsRequest,
  ListFlowsResponse,
  SetSourceRequest,
  Source,
  Status,
  UpdateFlowRequest,
  UpdateFlowResponse,
  UpdateFlowSourceRequest,
  UpdateFlowSourceResponse,
} from '@aws-sdk/client-mediaconnect';
import { blockOf } from '../../../../functions/domain/ipv4-block.ts';
import { isSourcePort, SOURCE_PORTS_ALLOWED } from '../../../../functions/domain/source-port.ts';
import { LOCAL_REGION } from '../wire/local-service.ts';
import { toArn } from '../media/identifiers.ts';
import { egressIpOf, LOCAL_IP, nextEgressIp } from '../media/feeds.ts';
import { callerErrors } from './flow-callers.ts';
import { checkMonitoring, isAnalysed } from './content-quality.ts';
import { toOutput, toOutputRecords } from './flow-output-record.ts';
import { command } from '../media/engine-commands.ts';
import { emit } from '../media/media-context.ts';
import { begin, commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowRecord, SourceMonitoring } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { DEFAULT_LATENCY_MS, readPassphrase } from '../media/srt-callers.ts';
import { pageOf } from '../media/paging.ts';
import { AwsError, badRequest, notFound } from '../wire/aws-error.ts';

const ACTIVE_STATES: readonly Status[] = ['ACTIVE', 'UPDATING'];

/** Creates a flow in STANDBY. Flows here have one SRT listener as their source. */
export function createFlow(context: MediaContext, input: CreateFlowRequest): CreateFlowResponse {
  const sources = [...(input.Source === undefined ? [] : [input.Source]), ...(input.Sources ?? [])];
  if (sources.length !== 1) throw badRequest('a flow of this local endpoint has exactly one source');
  const source = sources[0]!;
  checkSource(source);
  const { flows } = context.state;
  if (Object.keys(flows).length >= context.quotas.flows) {
    throw new AwsError('CreateFlow420Exception', 420, `the quota of ${context.quotas.flows} flows is used up`);
  }
  if ((input.Outputs?.length ?? 0) > context.quotas.outputsPerFlow) {
    throw new AwsError('CreateFlow420Exception', 420, `a flow has at most ${context.quotas.outputsPerFlow} outputs`);
  }
  const name = input.Name!;
  const id = `1-${context.identifiers.hex(16)}`;
  const arn = toArn('mediaconnect', `flow:${id}:${name}`);
  const sourceArn = toArn('mediaconnect', `source:${id}:${source.Name ?? name}`);
  const flow: FlowRecord = { id: arn, name, status: 'STANDBY', source: { ...source, arn: sourceArn }, outputs: [] };
  flow.outputs = toOutputRecords(context, flow, input.Outputs ?? []);
  flows[arn] = flow;
  commit(context);
  return { Flow: toFlow(flow) };
}

/** Describes a flow, with the errors of its last start and of its listener. */
export function describeFlow(context: MediaContext, input: { FlowArn: string }): DescribeFlowResponse {
  const flow = findFlow(context, input.FlowArn);
  const report = ACTIVE_STATES.includes(flow.status) ? sourceReport(context, flow) : undefined;
  const failure =
    report?.state === 'failed' ? `the source cannot be opened: ${report.error ?? 'no reason'}` : undefined;
  // A working listener reports an error only after it refused a caller, whether or not an encoder is connected.
  const refusal = report?.state === 'listening' || report?.state === 'connected' ? report.error : undefined;
  const errors = [flow.error, failure ?? refusal, ...callerErrors(context, flow)];
  return { Flow: toFlow(flow), Messages: { Errors: errors.filter((error) => error !== undefined) } };
}

/** Lists flows, without their outputs, as AWS does. */
export function listFlows(context: MediaContext, input: ListFlowsRequest): ListFlowsResponse {
  const page = pageOf(Object.values(context.state.flows), input);
  return {
    Flows: page.items.map((flow) => ({
      FlowArn: flow.id,
      Name: flow.name,
      Status: flow.status,
      AvailabilityZone: `${LOCAL_REGION}a`,
      Description: flow.source.Description ?? '',
      SourceType: 'OWNED',
    })),
    NextToken: page.nextToken,
  };
}

/** Starts a stopped flow. It listens once it is ACTIVE. */
export function startFlow(context: MediaContext, input: { FlowArn: string }) {
  const flow = findFlow(context, input.FlowArn);
  requireStatus(flow, 'started', ['STANDBY', 'ERROR']);
  delete flow.error;
  flow.egressIp = nextEgressIp(flow);
  setStatus(context, flow, 'STARTING');
  move(context, flow, 'ACTIVE', context.durations.flowStartMs);
  commit(context);
  return { FlowArn: flow.id, Status: flow.status };
}

/**
 * Stops a flow and disconnects its callers at once. Refuses a flow that is STARTING or UPDATING: AWS documents neither
 * case, and a caller that handles the refusal handles both.
 */
export function stopFlow(context: MediaContext, input: { FlowArn: string }) {
  const flow = findFlow(context, input.FlowArn);
  requireStatus(flow, 'stopped', ['ACTIVE', 'ERROR']);
  setStatus(context, flow, 'STOPPING');
  command(context, flow.id, () => context.engine.stopFlow(flow.id));
  move(context, flow, 'STANDBY', context.durations.flowStopMs);
  commit(context);
  return { FlowArn: flow.id, Status: flow.status };
}

/** Deletes a flow that is not running. Afterwards DescribeFlow throws a NotFoundException. */
export function deleteFlow(context: MediaContext, input: { FlowArn: string }) {
  const flow = findFlow(context, input.FlowArn);
  requireStatus(flow, 'deleted', ['STANDBY', 'ERROR']);
  setStatus(context, flow, 'DELETING');
  move(context, flow, 'DELETED', context.durations.flowDeleteMs);
  commit(context);
  return { FlowArn: flow.id, Status: flow.status };
}

/** Changes a flow's port, latency, CIDR or passphrase. An active flow continues with the new values. */
export function updateFlowSource(context: MediaContext, input: UpdateFlowSourceRequest): UpdateFlowSourceResponse {
  const flow = findFlow(context, input.FlowArn!);
  if (flow.source.arn !== input.SourceArn) throw notFound(`flow ${flow.name} has no source ${input.SourceArn}`);
  requireStatus(flow, 'updated', ['STANDBY', 'ACTIVE', 'ERROR']);
  const { FlowArn: _flowArn, SourceArn: _sourceArn, Decryption, ...changes } = input;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const updated = { ...flow.source, ...given } as FlowRecord['source'];
  if (Decryption !== undefined)
    updated.Decryption = { ...flow.source.Decryption, ...Decryption } as typeof updated.Decryption;
  checkSource(updated);
  flow.source = updated;
  if (flow.status === 'ACTIVE') commandStart(context, flow);
  commit(context);
  return { FlowArn: flow.id, Source: toSource(flow) };
}

/** Replaces what a flow monitors, without an interruption. A flow that already monitors that stays as it is. */
export function updateFlow(context: MediaContext, input: UpdateFlowRequest): UpdateFlowResponse {
  const flow = findFlow(context, input.FlowArn!);
  const monitoring = input.SourceMonitoringConfig as SourceMonitoring | undefined;
  if (monitoring === undefined) throw badRequest('SourceMonitoringConfig is required by this local endpoint');
  checkMonitoring(monitoring);
  if (JSON.stringify(monitoring) === JSON.stringify(flow.monitoring)) return { Flow: toFlow(flow) };
  requireStatus(flow, 'updated', ['STANDBY', 'ACTIVE', 'ERROR']);
  flow.monitoring = monitoring;
  if (flow.status === 'ACTIVE') commandStart(context, flow);
  beginUpdate(context, flow);
  commit(context);
  return { Flow: toFlow(flow) };
}

/** Marks a running flow as UPDATING after a change, during which it accepts no other. Does not commit. */
export function beginUpdate(context: MediaContext, flow: FlowRecord): void {
  if (flow.status !== 'ACTIVE') return;
  flow.status = 'UPDATING';
  move(context, flow, 'ACTIVE', context.durations.flowUpdateMs);
}

/** Completes a flow's change of state. */
export function arriveFlow(context: MediaContext, arn: string, to: string): void {
  const flow = context.state.flows[arn];
  if (flow === undefined) return;
  if (to === 'DELETED') {
    delete context.state.flows[arn];
    delete context.state.tags[arn];
    for (const output of flow.outputs) delete context.state.tags[output.arn];
    return;
  }
  const isUpdated = flow.status === 'UPDATING';
  if (isUpdated) flow.status = to as Status;
  else setStatus(context, flow, to as Status);
  if (to === 'ACTIVE' && !isUpdated) commandStart(context, flow);
}

/** Makes the engine listen for an active flow, at its start and again after a restart of the process. */
export function commandStart(context: MediaContext, flow: FlowRecord): void {
  const passphrase = readPassphrase(context, flow.source.Decryption);
  if (passphrase === null) {
    failFlow(context, flow, 'the secret of the source cannot be read');
    return;
  }
  command(
    context,
    flow.id,
    () =>
      context.engine.startFlow({
        flowArn: flow.id,
        ingestPort: flow.source.IngestPort!,
        listenHost: context.listenHost ?? listenHostFor(flow.source.WhitelistCidr),
        latencyMs: flow.source.MinLatency ?? DEFAULT_LATENCY_MS,
        ...(passphrase === undefined ? {} : { passphrase }),
        ...(isAnalysed(flow) ? { isAnalysed: true } : {}),
      }),
    (error) => {
      failFlow(context, flow, error.message);
      commit(context);
    },
  );
}

/** Finds a flow by its ARN. Throws NotFoundException. */
export function findFlow(context: MediaContext, arn: string): FlowRecord {
  const flow = lookUp(context.state.flows, arn);
  if (flow === undefined) throw notFound(`there is no flow ${arn}`);
  return flow;
}

/** Returns the engine's report on a flow's source; undefined while there is none. */
export function sourceReport(context: MediaContext, flow: FlowRecord) {
  return context.engine.report().sources.find((source) => source.flowArn === flow.id);
}

function failFlow(context: MediaContext, flow: FlowRecord, error: string): void {
  flow.error = error;
  setStatus(context, flow, 'ERROR');
}

/** Returns the host to listen on: loopback for a source that only this machine may reach. */
function listenHostFor(whitelistCidr: string | undefined): string {
  return whitelistCidr?.startsWith('127.') ? '127.0.0.1' : '0.0.0.0';
}

function checkSource(source: SetSourceRequest): void {
  if (source.Protocol !== 'srt-listener') {
    throw badRequest('Source.Protocol must be srt-listener: this local endpoint takes no other');
  }
  const { IngestPort: port, MinLatency: latency } = source;
  if (port === undefined || !isSourcePort(port)) {
    throw badRequest(`Source.IngestPort must be ${SOURCE_PORTS_ALLOWED}`);
  }
  if (latency !== undefined && (latency < 100 || latency > 15_000)) {
    throw badRequest('Source.MinLatency must be from 100 to 15000 ms');
  }
  if (source.WhitelistCidr !== undefined && blockOf(source.WhitelistCidr) !== source.WhitelistCidr) {
    throw badRequest(
      'Source.WhitelistCidr must be an IPv4 block such as 203.0.113.0/24, with no bits behind its prefix',
    );
  }
  const { Decryption: decryption } = source;
  if (decryption !== undefined && (decryption.KeyType !== 'srt-password' || !decryption.SecretArn)) {
    throw badRequest("Source.Decryption of an SRT listener needs KeyType 'srt-password' and a SecretArn");
  }
  // The encoder chooses the key length, so MediaConnect has no algorithm to set. [CloudFormation:
  // AWS::MediaConnect::Flow Encryption]
  if (decryption?.Algorithm !== undefined) {
    throw badRequest('Source.Decryption.Algorithm must be left out when KeyType is srt-password');
  }
}

function requireStatus(flow: FlowRecord, verb: string, allowed: Status[]): void {
  if (allowed.includes(flow.status)) return;
  throw badRequest(`flow ${flow.name} is ${flow.status} and cannot be ${verb}; it must be ${allowed.join(' or ')}`);
}

function setStatus(context: MediaContext, flow: FlowRecord, status: Status): void {
  const previousStatus = flow.status;
  flow.status = status;
  emit(context, {
    source: 'aws.mediaconnect',
    detailType: 'MediaConnect Flow Status Change',
    resources: [flow.id],
    detail: { currentStatus: status, previousStatus },
  });
}

function move(context: MediaContext, flow: FlowRecord, to: string, afterMs: number): void {
  begin(context, { kind: 'flows', resource: flow, from: flow.status, to, afterMs });
}

function toFlow(flow: FlowRecord): Flow {
  const source = toSource(flow);
  return {
    FlowArn: flow.id,
    Name: flow.name,
    Status: flow.status,
    AvailabilityZone: `${LOCAL_REGION}a`,
    EgressIp: egressIpOf(flow),
    Entitlements: [],
    Outputs: flow.outputs.map(toOutput),
    Source: source,
    Sources: [source],
    ...(flow.monitoring && { SourceMonitoringConfig: flow.monitoring as Flow['SourceMonitoringConfig'] }),
  };
}

function toSource(flow: FlowRecord): Source {
  const { source } = flow;
  return {
    SourceArn: source.arn,
    Name: source.Name ?? flow.name,
    Description: source.Description,
    IngestIp: LOCAL_IP,
    IngestPort: source.IngestPort,
    WhitelistCidr: source.WhitelistCidr,
    Decryption: source.Decryption,
    Transport: {
      Protocol: source.Protocol,
      MinLatency: source.MinLatency ?? DEFAULT_LATENCY_MS,
      MaxBitrate: source.MaxBitrate,
    },
  };
}
