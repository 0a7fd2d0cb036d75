import { BatchUpdateScheduleCommand, DescribeScheduleCommand, type ScheduleAction } from '@aws-sdk/client-medialive';
import { awsErrorKind } from './aws-errors.ts';
import { RTMP_OUTPUT_NAME } from './channel-request.ts';
import type { AwsDeps } from './clients.ts';

/** Immediate actions in a channel's schedule: a static image over the output. Their answers hold no stream key. */

type Deps = AwsDeps<'mediaLive', never>;

/** Above every other image. */
const TOP_LAYER = 7;

/**
 * Shows an image over the output at once; its sound continues. A repeated call with the same name does nothing.
 * @param image.name unique in the schedule, which forgets executed actions after about an hour
 * @throws what MediaLive answers, such as UnprocessableEntityException for a channel that does not run
 */
export async function showStaticImage(
  deps: Deps,
  channelId: string,
  image: { name: string; uri: string; scaledTo?: { width: number; height: number } },
): Promise<void> {
  await act(deps, channelId, image.name, {
    StaticImageOutputActivateSettings: {
      Image: { Uri: image.uri },
      ...(image.scaledTo && { Width: image.scaledTo.width, Height: image.scaledTo.height }),
      Layer: TOP_LAYER,
      OutputNames: [RTMP_OUTPUT_NAME],
    },
  });
}

/** Removes the image at once. A repeated call with the same name does nothing. */
export async function removeStaticImage(deps: Deps, channelId: string, name: string): Promise<void> {
  await act(deps, channelId, name, {
    StaticImageOutputDeactivateSettings: { Layer: TOP_LAYER, OutputNames: [RTMP_OUTPUT_NAME] },
  });
}

async function act(
  deps: Deps,
  channelId: string,
  ActionName: string,
  ScheduleActionSettings: ScheduleAction['ScheduleActionSettings'],
): Promise<void> {
  const ScheduleActionStartSettings = { ImmediateModeScheduleActionStartSettings: {} };
  const ScheduleActions = [{ ActionName, ScheduleActionSettings, ScheduleActionStartSettings }];
  try {
    await deps.clients.mediaLive.send(
      new BatchUpdateScheduleCommand({ ChannelId: channelId, Creates: { ScheduleActions } }),
    );
  } catch (error) {
    // The name is in use when an earlier attempt took effect and its answer was lost.
    if (awsErrorKind(error) === 'invalid' && (await isScheduled(deps, channelId, ActionName))) return;
    throw error;
  }
}

async function isScheduled({ clients }: Deps, channelId: string, name: string): Promise<boolean> {
  const answer = await clients.mediaLive.send(new DescribeScheduleCommand({ ChannelId: channelId }));
  return (answer.ScheduleActions ?? []).some(({ ActionName }) => ActionName === name);
}
