import { ListFlowsCommand, type ListFlowsCommandOutput } from '@aws-sdk/client-mediaconnect';
import { deleteChannel, listChannels, stopChannel } from '../../../functions/aws/channel.ts';
import type { AwsDeps } from '../../../functions/aws/clients.ts';
import { stopFlow } from '../../../functions/aws/flow.ts';
import { deleteInput, listInputs } from '../../../functions/aws/input.ts';
import { destinationOfTags } from '../../../functions/aws/names.ts';
import { isAtRest, isUp } from '../../../functions/domain/channel-state.ts';
import { flowName } from '../stacks/source.ts';

/**
 * What cannot be left to CloudFormation: channels and inputs are made by the workflow, so that it would leave them behind,
 * and they go on costing; the flow it knows, but MediaConnect deletes a flow only at rest.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/flows-delete.html
 */
export interface MediaResource {
  resource: 'channel' | 'input' | 'flow';
  /** A flow's is its ARN. */
  resourceId: string;
  state: string;
  /** Null for the flow, which all share. */
  destinationId: string | null;
}

type Deps = AwsDeps<'mediaLive' | 'mediaConnect', 'deploymentId'>;

/** Channels and inputs that carry this deployment's tags, and its flow while it is on. What else there is does not count. */
export async function listMediaLeft(deps: Deps): Promise<MediaResource[]> {
  const [channels, inputs, flows] = await Promise.all([listChannels(deps), listInputs(deps), listFlowsOn(deps)]);
  const found = [
    ...channels.map(({ channelId, ...view }) => ({ resource: 'channel' as const, resourceId: channelId, ...view })),
    ...inputs.map(({ inputId, ...view }) => ({ resource: 'input' as const, resourceId: inputId, ...view })),
  ];
  const ours = found.flatMap(({ resource, resourceId, state, tags }) => {
    const destinationId = destinationOfTags(deps.deployment, tags);
    return destinationId === null ? [] : [{ resource, resourceId, state, destinationId }];
  });
  return [...ours, ...flows];
}

async function listFlowsOn({ clients: { mediaConnect }, deployment }: Deps): Promise<MediaResource[]> {
  const found: MediaResource[] = [];
  let token: string | undefined;
  do {
    const page: ListFlowsCommandOutput = await mediaConnect.send(new ListFlowsCommand({ NextToken: token }));
    for (const { Name: name, FlowArn: resourceId = '', Status: state = '' } of page.Flows ?? []) {
      if (name !== flowName(deployment.deploymentId) || state === 'STANDBY') continue;
      found.push({ resource: 'flow', resourceId, state, destinationId: null });
    }
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}

/** Asks and looks again until nothing is left; AWS takes minutes to stop a channel. */
const LOOK_EVERY_MS = 5_000;
const LOOKS_MAX = 240;

/**
 * Takes everything down: stops channels, deletes them, deletes the inputs they have let go, stops the flow. Run it only
 * when nothing can start them again. Safe to repeat.
 * @param onProgress called with what is left after each look
 * @throws {Error} when something is still there after twenty minutes, naming it
 */
export async function releaseMedia(
  deps: Deps,
  { sleep, onProgress }: { sleep: (delayMs: number) => Promise<void>; onProgress: (left: MediaResource[]) => void },
): Promise<void> {
  let left = await listMediaLeft(deps);
  for (let look = 0; left.length > 0; look++) {
    onProgress(left);
    if (look === LOOKS_MAX) {
      const names = left.map(({ resource, resourceId, state }) => `${resource} ${resourceId} (${state})`).join(', ');
      throw new Error(
        `still there after twenty minutes: ${names}. Look at them in the console of MediaLive or MediaConnect, then run this again`,
      );
    }
    for (const resource of left) await takeOneStepDown(deps, resource);
    await sleep(LOOK_EVERY_MS);
    left = await listMediaLeft(deps);
  }
  onProgress(left);
}

/** Refusals that say nothing about the next attempt. */
const PASSING = ['ConflictException', 'NotFoundException', 'TooManyRequestsException'];
/** MediaConnect has no conflict: a flow that is between two states answers with a bad request. */
const PASSING_FOR_FLOWS = [...PASSING, 'BadRequestException'];

const FLOW_STOPS_FROM = new Set(['ACTIVE', 'ERROR']);

async function takeOneStepDown(deps: Deps, { resource, resourceId, state }: MediaResource): Promise<void> {
  try {
    if (resource === 'input') {
      if (state === 'DETACHED') await deleteInput(deps, resourceId);
    } else if (resource === 'flow') {
      if (FLOW_STOPS_FROM.has(state)) await stopFlow({ ...deps, deployment: { flowArn: resourceId } });
    } else if (isUp(state)) await stopChannel(deps, resourceId);
    else if (isAtRest(state)) await deleteChannel(deps, resourceId);
  } catch (error) {
    // It is changing its state, or is gone: the next look tells. What is refused for good ends at the limit.
    const passing = resource === 'flow' ? PASSING_FOR_FLOWS : PASSING;
    if (!(error instanceof Error) || !passing.includes(error.name)) throw error;
  }
}
