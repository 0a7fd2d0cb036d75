import { isDeepStrictEqual } from 'node:util';
import type {
  CreateFlowRequest,
  CreateFlowResponse,
  DescribeFlowResponse,
  Flow,
  ListFlowsRequest,
  ListFlowsResponse,
  Status,
  UpdateFlowRequest,
  UpdateFlowResponse,
} from '@aws-sdk/client-mediaconnect';
import { LISTENER_NAMES } from '../../engine/contract.ts';
import { LOCAL_REGION } from '../wire/local-service.ts';
import { toArn } from '../media/identifiers.ts';
import { egressIpOf, nextEgressIp } from '../media/feeds.ts';
import { callerErrors } from './flow-callers.ts';
import { checkMonitoring, isAnalysed } from './content-quality.ts';
import { toOutput, toOutputRecords } from './flow-output-record.ts';
import { checkSources, toListener, toSource, toSourceRecord } from './flow-source-record.ts';
import { listenersOf } from './source-health.ts';
import { toFailover, toFailoverConfig } from './source-failover.ts';
import { command } from '../media/engine-commands.ts';
import { emit } from '../media/media-context.ts';
import { begin, commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowRecord, SourceMonitoring } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { AwsError, badRequest, notFound } from '../wire/aws-error.ts';

const ACTIVE_STATES: readonly Status[] = ['ACTIVE', 'UPDATING'];

/** Creates a flow in STANDBY. Flows here have one SRT listener as their source, or two with failover. */
export function createFlow(context: MediaContext, input: CreateFlowRequest): CreateFlowResponse {
  if (input.Source !== undefined && input.Sources !== undefined) throw badRequest('give Source or Sources, not both');
  const requested = input.Sources ?? (input.Source === undefined ? [] : [input.Source]);
  const failover = toFailover(input.SourceFailoverConfig);
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
  const sources = requested.map((source) => toSourceRecord(context, source, name));
  const flow: FlowRecord = { id: arn, name, status: 'STANDBY', sources, failover, outputs: [] };
  checkSources(flow);
  flow.outputs = toOutputRecords(context, flow, input.Outputs ?? []);
  flows[arn] = flow;
  commit(context);
  return { Flow: toFlow(flow) };
}

/** Describes a flow, with the errors of its last start and of its listener. */
export function describeFlow(context: MediaContext, input: { FlowArn: string }): DescribeFlowResponse {
  const flow = findFlow(context, input.FlowArn);
  const report = ACTIVE_STATES.includes(flow.status) ? sourceReport(context, flow) : undefined;
  const errors = [
    flow.error,
    ...(report === undefined ? [] : listenersOf(flow, report).map((each) => describeListener(flow, each))),
    ...callerErrors(context, flow),
  ];
  return { Flow: toFlow(flow), Messages: { Errors: errors.filter((error) => error !== undefined) } };
}

/** A working listener reports an error only after it refused a caller, whether or not an encoder is connected. */
function describeListener(
  flow: FlowRecord,
  { source, listener }: ReturnType<typeof listenersOf>[number],
): string | undefined {
  const name = flow.sources.length > 1 ? `source ${source.Name}` : 'the source';
  if (listener.state === 'failed') return `${name} cannot be opened: ${listener.error ?? 'no reason'}`;
  if (listener.error === undefined || listener.state === 'stopped') return undefined;
  return flow.sources.length > 1 ? `${name}: ${listener.error}` : listener.error;
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
      Description: flow.sources[0]?.Description ?? '',
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

/**
 * Replaces what a flow monitors, or the failover of its sources, without an interruption. A flow that already is as
 * requested stays as it is.
 */
export function updateFlow(context: MediaContext, input: UpdateFlowRequest): UpdateFlowResponse {
  const flow = findFlow(context, input.FlowArn!);
  const requested = input.SourceMonitoringConfig as SourceMonitoring | undefined;
  if (requested === undefined && input.SourceFailoverConfig === undefined) {
    throw badRequest('SourceMonitoringConfig or SourceFailoverConfig is required by this local endpoint');
  }
  const monitoring = requested ?? flow.monitoring;
  if (monitoring !== undefined) checkMonitoring(monitoring);
  const failover = toFailover(input.SourceFailoverConfig, flow.failover);
  checkSources({ ...flow, failover });
  if (isDeepStrictEqual([monitoring, failover], [flow.monitoring, flow.failover])) return { Flow: toFlow(flow) };
  requireStatus(flow, 'updated', ['STANDBY', 'ACTIVE', 'ERROR']);
  Object.assign(flow, { failover }, monitoring && { monitoring });
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
    for (const { arn: held } of [...flow.outputs, ...flow.sources]) delete context.state.tags[held];
    return;
  }
  const isUpdated = flow.status === 'UPDATING';
  if (isUpdated) flow.status = to as Status;
  else setStatus(context, flow, to as Status);
  if (to === 'ACTIVE' && !isUpdated) commandStart(context, flow);
}

/** Makes the engine listen for an active flow, at its start, after a change and after a restart of the process. */
export function commandStart(context: MediaContext, flow: FlowRecord): void {
  const [main, backup] = flow.sources.map((source) => toListener(context, source));
  if (!main || backup === null) {
    failFlow(context, flow, 'the secret of the source cannot be read');
    return;
  }
  const preferred = flow.sources.findIndex(({ Name }) => Name === flow.failover?.primarySource);
  command(
    context,
    flow.id,
    () =>
      context.engine.startFlow({
        flowArn: flow.id,
        ...main,
        ...(backup && { backup }),
        ...(flow.failover?.primarySource !== undefined && { preferred: LISTENER_NAMES[preferred] }),
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

/** Refuses a change in any other status. Throws BadRequestException. */
export function requireStatus(flow: FlowRecord, verb: string, allowed: Status[]): void {
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
  const sources = flow.sources.map(toSource);
  return {
    FlowArn: flow.id,
    Name: flow.name,
    Status: flow.status,
    AvailabilityZone: `${LOCAL_REGION}a`,
    EgressIp: egressIpOf(flow),
    Entitlements: [],
    Outputs: flow.outputs.map(toOutput),
    Source: sources[0],
    Sources: sources,
    ...(flow.failover && { SourceFailoverConfig: toFailoverConfig(flow.failover) }),
    ...(flow.monitoring && { SourceMonitoringConfig: flow.monitoring as Flow['SourceMonitoringConfig'] }),
  };
}
