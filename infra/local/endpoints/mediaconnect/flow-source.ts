/**
 * The sources of a flow after its creation. The four calls model 400, 403, 404, 429, 500 and 503: MediaConnect has
 * neither a conflict nor a quota error for them.
 */
import type {
  AddFlowSourcesRequest,
  AddFlowSourcesResponse,
  RemoveFlowSourceResponse,
  UpdateFlowSourceRequest,
  UpdateFlowSourceResponse,
} from '@aws-sdk/client-mediaconnect';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowRecord, SourceRecord } from '../media/media-state.ts';
import { commit } from '../media/transitions.ts';
import { badRequest, notFound } from '../wire/aws-error.ts';
import { checkSources, toSource, toSourceRecord } from './flow-source-record.ts';
import { beginUpdate, commandStart, findFlow, requireStatus } from './flow.ts';

/** Adds the second source of a flow whose failover is enabled. */
export function addFlowSources(context: MediaContext, input: AddFlowSourcesRequest): AddFlowSourcesResponse {
  const flow = findSettled(context, input.FlowArn!);
  const requests = input.Sources ?? [];
  if (requests.length === 0) throw badRequest('Sources must not be empty');
  if (requests.some(({ Name }) => !Name)) throw badRequest('a source needs a Name');
  const added = requests.map((request) => toSourceRecord(context, request, flow.name));
  change(context, flow, [...flow.sources, ...added]);
  return { FlowArn: flow.id, Sources: added.map(toSource) };
}

/** Changes the port, latency, CIDR or passphrase of a source. An active flow continues with the new values. */
export function updateFlowSource(context: MediaContext, input: UpdateFlowSourceRequest): UpdateFlowSourceResponse {
  const flow = findSettled(context, input.FlowArn!);
  const source = findSource(flow, input.SourceArn!);
  const { FlowArn: _flowArn, SourceArn: _sourceArn, Decryption, ...changes } = input;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const updated = { ...source, ...given } as SourceRecord;
  if (Decryption !== undefined) {
    updated.Decryption = { ...source.Decryption, ...Decryption } as NonNullable<SourceRecord['Decryption']>;
  }
  change(
    context,
    flow,
    flow.sources.map((other) => (other === source ? updated : other)),
  );
  return { FlowArn: flow.id, Source: toSource(updated) };
}

/** Removes a source. Refuses the last one, and the one that the failover names as primary. */
export function removeFlowSource(
  context: MediaContext,
  input: { FlowArn: string; SourceArn: string },
): RemoveFlowSourceResponse {
  const flow = findSettled(context, input.FlowArn);
  const source = findSource(flow, input.SourceArn);
  if (flow.sources.length === 1) throw badRequest(`source ${source.Name} is the last of flow ${flow.name}`);
  change(
    context,
    flow,
    flow.sources.filter((other) => other !== source),
  );
  delete context.state.tags[source.arn];
  return { FlowArn: flow.id, SourceArn: source.arn };
}

function change(context: MediaContext, flow: FlowRecord, sources: SourceRecord[]): void {
  checkSources({ ...flow, sources });
  flow.sources = sources;
  if (flow.status === 'ACTIVE') commandStart(context, flow);
  beginUpdate(context, flow);
  commit(context);
}

function findSettled(context: MediaContext, arn: string): FlowRecord {
  const flow = findFlow(context, arn);
  requireStatus(flow, 'changed', ['STANDBY', 'ACTIVE', 'ERROR']);
  return flow;
}

function findSource(flow: FlowRecord, arn: string): SourceRecord {
  const source = flow.sources.find((other) => other.arn === arn);
  if (source === undefined) throw notFound(`flow ${flow.name} has no source ${arn}`);
  return source;
}
