import { deleteChannel, listChannels, stopChannel } from '../../../functions/aws/channel.ts';
import type { AwsDeps } from '../../../functions/aws/clients.ts';
import { deleteInput, listInputs } from '../../../functions/aws/input.ts';
import { destinationOfTags } from '../../../functions/aws/names.ts';
import { isAtRest, isUp } from '../../../functions/domain/channel-state.ts';

/**
 * What the stacks do not know of: channels and inputs are made by the workflow, so CloudFormation would leave them
 * behind, and they go on costing.
 */
export interface MediaResource {
  resource: 'channel' | 'input';
  resourceId: string;
  state: string;
  destinationId: string;
}

type Deps = AwsDeps<'mediaLive', 'deploymentId'>;

/** Channels and inputs that carry this deployment's tags. What does not is not looked at twice. */
export async function listMediaLeft(deps: Deps): Promise<MediaResource[]> {
  const [channels, inputs] = await Promise.all([listChannels(deps), listInputs(deps)]);
  const found = [
    ...channels.map(({ channelId, ...view }) => ({ resource: 'channel' as const, resourceId: channelId, ...view })),
    ...inputs.map(({ inputId, ...view }) => ({ resource: 'input' as const, resourceId: inputId, ...view })),
  ];
  return found.flatMap(({ resource, resourceId, state, tags }) => {
    const destinationId = destinationOfTags(deps.deployment, tags);
    return destinationId === null ? [] : [{ resource, resourceId, state, destinationId }];
  });
}

/** Asks and looks again until nothing is left; AWS takes minutes to stop a channel. */
const LOOK_EVERY_MS = 5_000;
const LOOKS_MAX = 240;

/**
 * Takes everything down: stops channels, deletes them, deletes the inputs they have let go. Run it only when nothing can
 * start them again. Safe to repeat.
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
        `still there after twenty minutes: ${names}. Look at them in the MediaLive console, then run this again`,
      );
    }
    for (const resource of left) await takeOneStepDown(deps, resource);
    await sleep(LOOK_EVERY_MS);
    left = await listMediaLeft(deps);
  }
  onProgress(left);
}

async function takeOneStepDown(deps: Deps, { resource, resourceId, state }: MediaResource): Promise<void> {
  try {
    if (resource === 'input') {
      if (state === 'DETACHED') await deleteInput(deps, resourceId);
    } else if (isUp(state)) await stopChannel(deps, resourceId);
    else if (isAtRest(state)) await deleteChannel(deps, resourceId);
  } catch (error) {
    // It is changing its state, or is gone: the next look tells. What is refused for good ends at the limit.
    if (
      !(error instanceof Error) ||
      !['ConflictException', 'NotFoundException', 'TooManyRequestsException'].includes(error.name)
    ) {
      throw error;
    }
  }
}
