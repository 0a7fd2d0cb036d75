import { BatchUpdateScheduleCommand, paginateDescribeSchedule, type ScheduleAction } from '@aws-sdk/client-medialive';
import { awsErrorKind } from './aws-errors.ts';
import { RTMP_OUTPUT_NAME } from './channel-request.ts';
import type { AwsDeps } from './clients.ts';

/** Actions in a channel's schedule: a static image over the output, and pauses. Their answers hold no stream key. */

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

async function isScheduled(deps: Deps, channelId: string, name: string): Promise<boolean> {
  return (await listScheduled(deps, channelId)).some((action) => action.name === name);
}

/** An action of a schedule, by its name. */
interface ScheduledAction {
  name: string;
  /** When it starts, RFC 3339; null for an immediate one, which has been executed. */
  at: string | null;
}

/** Lists the actions that a channel's schedule knows: those to come, and those of about the last hour. */
export async function listScheduled({ clients }: Deps, channelId: string): Promise<ScheduledAction[]> {
  const actions: ScheduledAction[] = [];
  for await (const page of paginateDescribeSchedule({ client: clients.mediaLive }, { ChannelId: channelId })) {
    for (const { ActionName, ScheduleActionStartSettings: start } of page.ScheduleActions ?? []) {
      actions.push({ name: ActionName ?? '', at: start?.FixedModeScheduleActionStartSettings?.Time ?? null });
    }
  }
  return actions;
}

/** A pause of a channel, or its end. */
interface PauseAction extends ScheduledAction {
  /** False lets the output go. */
  isPause: boolean;
}

/**
 * Adds pauses to a channel's schedule and deletes actions from it, all or none. MediaLive deletes first.
 * @param change.hasTwoPipelines MediaLive pauses the pipelines that an action names, and lets the others go
 * @throws what MediaLive answers, such as UnprocessableEntityException for a name in use, for a start that is less than 15
 * seconds away, and for a channel that is neither idle nor running
 */
export async function schedulePauses(
  { clients }: Deps,
  channelId: string,
  {
    adds,
    deletes = [],
    hasTwoPipelines,
  }: { adds: readonly PauseAction[]; deletes?: readonly string[]; hasTwoPipelines: boolean },
): Promise<void> {
  const pipelines = hasTwoPipelines ? (['PIPELINE_0', 'PIPELINE_1'] as const) : (['PIPELINE_0'] as const);
  const ScheduleActions = adds.map(({ at, isPause, name }): ScheduleAction => ({
    ActionName: name,
    ScheduleActionSettings: {
      PauseStateSettings: { Pipelines: isPause ? pipelines.map((PipelineId) => ({ PipelineId })) : [] },
    },
    ScheduleActionStartSettings:
      at === null
        ? { ImmediateModeScheduleActionStartSettings: {} }
        : { FixedModeScheduleActionStartSettings: { Time: at } },
  }));
  await clients.mediaLive.send(
    new BatchUpdateScheduleCommand({
      ChannelId: channelId,
      ...(ScheduleActions.length > 0 && { Creates: { ScheduleActions } }),
      ...(deletes.length > 0 && { Deletes: { ActionNames: [...deletes] } }),
    }),
  );
}
