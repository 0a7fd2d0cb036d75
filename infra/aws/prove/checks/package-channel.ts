import { DescribeChannelCommand, UpdateChannelCommand } from '@aws-sdk/client-medialive';
import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { deleteChannel, observeChannel } from '../../../../functions/aws/channel.ts';
import { describeError, requestIdOfAnswer } from '../finding.ts';
import { createProofChannel, createProofInput, proofTags, type CheckContext } from '../proof-context.ts';
import { arrived, patiently, pending, waitFor } from '../waiting.ts';
import { packageChannelSettings, withoutSize } from './channel-settings.ts';
import type { Check } from './check.ts';
import { untilChannelGone, untilChannelIs, untilDetached } from './media-polls.ts';

/** Creates, describes, updates and deletes the preview's channel with the workflow's role. Never starts it. */
export const packageChannel: Check = {
  checkId: 'package-channel',
  title: 'creating the preview’s channel at 720p30, without starting it',
  limits: { minutesMax: 15, idleChannels: 2, idleInputs: 1 },
  async run(context) {
    const { inputId } = await createProofInput(context, context.deps.clients, {
      suffix: 'package',
      tags: proofTags(context),
    });
    await untilDetached(context, inputId);
    await createWithoutSize(context, inputId);
    const channelId = await createWithSize(context, inputId);
    if (channelId === null) return;
    await readMaintenance(context, channelId);
    await changeByTag(context, channelId);
  },
};

async function createWithoutSize(context: CheckContext, inputId: string): Promise<void> {
  const settings = withoutSize(packageChannelSettings(context, 'sizeless', inputId));
  try {
    const { channelId, answer } = await createProofChannel(context, context.as('workflow'), 'sizeless', settings);
    context.decide('AWS-09', 'does not hold', `channel ${channelId} was created`, requestIdOfAnswer(answer));
    await untilAtRest(context, channelId);
    await patiently(context, () => deleteChannel({ clients: context.deps.clients, deployment: {} }, channelId));
    await untilChannelGone(context, channelId);
    await untilDetached(context, inputId);
  } catch (error) {
    const kind = awsErrorKind(error);
    context.decide('AWS-09', kind === 'invalid' ? 'holds' : 'not decided', describeError(error), ...elementsOf(error));
    if (kind !== 'invalid' && kind !== 'denied') throw error;
  }
}

/** Returns paths and messages of the elements that MediaLive refuses. They do not contain the values. */
function elementsOf(error: unknown): string[] {
  const issues = (error as { ValidationErrors?: { ElementPath?: string; ErrorMessage?: string }[] }).ValidationErrors;
  return (issues ?? []).map(({ ElementPath: path, ErrorMessage: message }) => `${path}: ${message}`);
}

async function createWithSize(context: CheckContext, inputId: string): Promise<string | null> {
  const settings = packageChannelSettings(context, 'package', inputId);
  try {
    const { channelId, answer } = await createProofChannel(context, context.as('workflow'), 'package', settings);
    const state = await untilAtRest(context, channelId);
    context.decide(
      'AWS-10',
      state === 'IDLE' ? 'holds' : 'does not hold',
      `channel ${channelId} was created and is ${state}`,
      requestIdOfAnswer(answer),
    );
    return state === 'IDLE' ? channelId : null;
  } catch (error) {
    if (!['invalid', 'denied'].includes(awsErrorKind(error))) throw error;
    context.decide('AWS-10', 'does not hold', describeError(error), ...elementsOf(error));
    return null;
  }
}

async function untilAtRest(context: CheckContext, channelId: string): Promise<string> {
  return waitFor(
    context,
    `channel ${channelId} to be created`,
    async () => {
      const view = await observeChannel({ ...context.deps, deployment: {} }, channelId);
      return view !== null && view.state !== 'CREATING' ? arrived(view.state) : pending(view?.state ?? 'nothing');
    },
    { limitMs: 3 * 60_000, everyMs: 3_000 },
  );
}

async function readMaintenance(context: CheckContext, channelId: string): Promise<void> {
  const answer = await patiently(context, () =>
    context.as('workflow').mediaLive.send(new DescribeChannelCommand({ ChannelId: channelId })),
  );
  const { day, startTime } = context.found.deployment.maintenance;
  const { MaintenanceDay: keptDay, MaintenanceStartTime: keptTime } = answer.Maintenance ?? {};
  context.decide(
    'AWS-11',
    keptDay === day && keptTime === startTime ? 'holds' : 'does not hold',
    `requested ${day} ${startTime}, DescribeChannel returns ${keptDay ?? 'no day'} ${keptTime ?? 'and no time'}`,
    requestIdOfAnswer(answer),
  );
}

async function changeByTag(context: CheckContext, channelId: string): Promise<void> {
  const clients = context.as('workflow');
  const maintenance = context.found.deployment.maintenance;
  try {
    const { $metadata } = await patiently(context, () =>
      clients.mediaLive.send(
        new UpdateChannelCommand({
          ChannelId: channelId,
          Maintenance: { MaintenanceDay: maintenance.day, MaintenanceStartTime: maintenance.startTime },
        }),
      ),
    );
    await untilChannelIs(context, channelId, 'IDLE', 3 * 60_000);
    await patiently(context, () => deleteChannel({ clients, deployment: {} }, channelId));
    context.decide(
      'AWS-12',
      'holds',
      'UpdateChannel and DeleteChannel were accepted',
      requestIdOfAnswer({ $metadata }),
    );
    await untilChannelGone(context, channelId);
  } catch (error) {
    if (awsErrorKind(error) !== 'denied') throw error;
    context.decide('AWS-12', 'does not hold', describeError(error));
  }
}
