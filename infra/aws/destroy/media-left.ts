import { ListFlowsCommand, type ListFlowsCommandOutput } from '@aws-sdk/client-mediaconnect';
import { deleteChannel, listChannels, stopChannel } from '../../../functions/aws/channel.ts';
import type { AwsDeps } from '../../../functions/aws/clients.ts';
import { stopFlow } from '../../../functions/aws/flow.ts';
import { deleteInput, listInputs } from '../../../functions/aws/input.ts';
import { destinationOfTags } from '../../../functions/aws/names.ts';
import { deleteSecret, listSecrets } from '../../../functions/aws/passphrase-secret.ts';
import { assertNever } from '../../../functions/domain/assert-never.ts';
import { isAtRest, isUp } from '../../../functions/domain/channel-state.ts';
import { flowName } from '../stacks/source.ts';

/**
 * Resources that CloudFormation cannot remove. The workflow creates channels, inputs and the secrets of SRT
 * destinations, so CloudFormation would leave them behind, and they continue to cost. CloudFormation knows the flow, but MediaConnect only deletes a flow in
 * standby.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/flows-delete.html
 */
export interface MediaResource {
  resource: 'channel' | 'input' | 'flow' | 'secret';
  /** The ARN of a flow or secret, the id of a channel or input. */
  resourceId: string;
  state: string;
  /** Null for the flow, which all destinations share. */
  destinationId: string | null;
}

type Deps = AwsDeps<'mediaLive' | 'mediaConnect' | 'secretsManager', 'deploymentId'>;

/** Lists the channels, inputs and secrets that carry this deployment's tags, and its flow unless it is in standby. */
export async function listMediaLeft(deps: Deps): Promise<MediaResource[]> {
  const [channels, inputs, flows, secrets] = await Promise.all([
    listChannels(deps),
    listInputs(deps),
    listFlowsOn(deps),
    listSecrets(deps),
  ]);
  const found = [
    ...channels.map(({ channelId, ...view }) => ({ resource: 'channel' as const, resourceId: channelId, ...view })),
    ...inputs.map(({ inputId, ...view }) => ({ resource: 'input' as const, resourceId: inputId, ...view })),
    ...secrets.map(({ secretArn, ...view }) => ({
      ...{ resource: 'secret' as const, resourceId: secretArn, state: 'STORED' },
      ...view,
    })),
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

/** AWS takes minutes to stop a channel, so the release polls for up to 20 minutes. */
const LOOK_EVERY_MS = 5_000;
const LOOKS_MAX = 240;

/**
 * Stops and deletes the channels, deletes the inputs they detach from, stops the flow. Run it only when nothing can
 * start them again. Safe to repeat.
 * @param onProgress receives the remaining resources after each poll
 * @throws {Error} naming the resources that still exist after twenty minutes
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
        `still there after twenty minutes: ${names}. Check them in the MediaLive or MediaConnect console, then run this again`,
      );
    }
    for (const resource of left) await takeOneStepDown(deps, resource);
    await sleep(LOOK_EVERY_MS);
    left = await listMediaLeft(deps);
  }
  onProgress(left);
}

/** Errors that a later attempt may not meet. */
const PASSING = ['ConflictException', 'NotFoundException', 'TooManyRequestsException'];
/** MediaConnect has no conflict error: a flow that is changing state answers with a bad request. */
const PASSING_FOR_FLOWS = [...PASSING, 'BadRequestException'];

const FLOW_STOPS_FROM = new Set(['ACTIVE', 'ERROR']);

async function takeOneStepDown(deps: Deps, { resource, resourceId, state }: MediaResource): Promise<void> {
  try {
    switch (resource) {
      case 'input':
        if (state === 'DETACHED') await deleteInput(deps, resourceId);
        return;
      case 'secret':
        await deleteSecret(deps, resourceId);
        return;
      case 'flow':
        if (FLOW_STOPS_FROM.has(state)) await stopFlow({ ...deps, deployment: { flowArn: resourceId } });
        return;
      case 'channel':
        if (isUp(state)) await stopChannel(deps, resourceId);
        else if (isAtRest(state)) await deleteChannel(deps, resourceId);
        return;
      default:
        assertNever(resource, 'media resource');
    }
  } catch (error) {
    // The resource is changing state or is gone; the next poll shows which. A lasting refusal ends at the limit.
    const passing = resource === 'flow' ? PASSING_FOR_FLOWS : PASSING;
    if (!(error instanceof Error) || !passing.includes(error.name)) throw error;
  }
}
