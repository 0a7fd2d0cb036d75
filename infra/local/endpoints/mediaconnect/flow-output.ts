import type {
  AddFlowOutputsRequest,
  AddFlowOutputsResponse,
  UpdateFlowOutputRequest,
  UpdateFlowOutputResponse,
} from '@aws-sdk/client-mediaconnect';
import { checkOutput, toOutput, toOutputRecords } from './flow-output-record.ts';
import { beginUpdate, findFlow } from './flow.ts';
import { emit } from '../media/media-context.ts';
import { commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowOutputRecord, FlowRecord } from '../media/media-state.ts';
import { AwsError, badRequest, notFound } from '../wire/aws-error.ts';

/**
 * Adds outputs to an idle or ACTIVE flow, all of them or none. A running flow is UPDATING for a moment afterwards.
 * There is no token: a second output of the same name is refused, which is how a repeated call shows.
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
  beginUpdate(context, flow);
  commit(context);
  return { FlowArn: flow.id, Outputs: added.map(toOutput) };
}

/** Changes an output's destination, or mutes it (`DISABLED`) without removing it. Absent members stay unchanged. */
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
  beginUpdate(context, flow);
  commit(context);
  return { FlowArn: flow.id, Output: toOutput(output) };
}

/** Removes an output; the address is no longer fed. */
export function removeFlowOutput(context: MediaContext, input: { FlowArn: string; OutputArn: string }) {
  const flow = findEditable(context, input.FlowArn);
  const output = findOutput(flow, input.OutputArn);
  flow.outputs = flow.outputs.filter((other) => other !== output);
  delete context.state.tags[output.arn];
  beginUpdate(context, flow);
  commit(context);
  return { FlowArn: flow.id, OutputArn: output.arn };
}

function findEditable(context: MediaContext, arn: string): FlowRecord {
  const flow = findFlow(context, arn);
  // MediaConnect has no conflict error: a call at the wrong time is a bad request. The exact text is not public.
  if (flow.status === 'DELETING' || flow.status === 'UPDATING') {
    throw badRequest(`flow ${flow.name} is ${flow.status} and cannot be changed`);
  }
  return flow;
}

function findOutput(flow: FlowRecord, arn: string): FlowOutputRecord {
  const output = flow.outputs.find((other) => other.arn === arn);
  if (output === undefined) throw notFound(`flow ${flow.name} has no output ${arn}`);
  return output;
}
