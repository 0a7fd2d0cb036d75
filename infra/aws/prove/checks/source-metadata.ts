import { DescribeFlowSourceMetadataCommand, type TransportStream } from '@aws-sdk/client-mediaconnect';
import { awsErrorKind } from '../../../../functions/aws/aws-errors.ts';
import { describeSourceMedia, observeFlow } from '../../../../functions/aws/flow.ts';
import { describeError, requestIdOfAnswer } from '../finding.ts';
import type { CheckContext } from '../proof-context.ts';
import { OutOfTime, arrived, patiently, pending, waitFor } from '../waiting.ts';
import type { Check } from './check.ts';
import { ensureFlowActive } from './media-polls.ts';

/** Reads the source metadata of an active flow without an encoder and, if the operator connects one, with it. */
export const sourceMetadata: Check = {
  checkId: 'source-metadata',
  title: 'reading the flow’s source metadata',
  limits: { minutesMax: 12, needsFlow: true },
  async run(context) {
    await ensureFlowActive(context);
    const video = await describeWithoutEncoder(context);
    if (video !== null) return decideFrameRate(context, video);
    if (!context.hasEncoder) {
      context.decide('AWS-18', 'not decided', 'no encoder was connected: run again with --encoder and connect one');
      return;
    }
    await askForEncoder(context);
    try {
      const picture = await waitFor(
        context,
        'a picture from the encoder',
        async () => {
          const { video: seen } = await readVideo(context);
          return seen === null ? pending('no program') : arrived(seen);
        },
        { limitMs: 5 * 60_000 },
      );
      await decideFrameRate(context, picture);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      context.decide('AWS-18', 'not decided', error.message);
    }
  },
};

/** Reads the metadata without an encoder. @returns the video stream if an encoder is already connected */
async function describeWithoutEncoder(context: CheckContext): Promise<TransportStream | null> {
  try {
    const { video, evidence } = await readVideo(context);
    if (video === null) {
      context.decide('AWS-17', 'holds', 'AWS answered without a program', evidence);
      return null;
    }
    context.decide('AWS-17', 'not decided', 'an encoder is connected: disconnect it and run again', evidence);
    return video;
  } catch (error) {
    if (!['invalid', 'not_found', 'conflict', 'unknown'].includes(awsErrorKind(error))) throw error;
    context.decide('AWS-17', 'does not hold', describeError(error));
    return null;
  }
}

async function readVideo(context: CheckContext): Promise<{ video: TransportStream | null; evidence: string }> {
  const { mediaConnect } = context.as('workflow');
  const command = new DescribeFlowSourceMetadataCommand({ FlowArn: context.found.deployment.flowArn });
  const answer = await patiently(context, () => mediaConnect.send(command));
  const streams = answer.TransportMediaInfo?.Programs?.flatMap(({ Streams = [] }) => Streams) ?? [];
  const video = streams.find(({ StreamType: type }) => type === 'Video') ?? null;
  return { video, evidence: requestIdOfAnswer(answer) };
}

async function askForEncoder(context: CheckContext): Promise<void> {
  const flow = await patiently(context, () => observeFlow({ ...context.deps, deployment: context.found.deployment }));
  const { ip, port } = flow?.ingest ?? {};
  context.deps.say(
    `connect the encoder now: srt://${ip}:${port}, with the deployment's passphrase. Waiting five minutes.`,
  );
}

/** Checks that the product can parse AWS's frame rate. */
async function decideFrameRate(context: CheckContext, video: TransportStream): Promise<void> {
  const media = await patiently(context, () =>
    describeSourceMedia({ clients: context.as('workflow'), deployment: context.found.deployment }),
  );
  const read = media?.video?.framesPerSecond ?? null;
  context.decide(
    'AWS-18',
    read === null ? 'does not hold' : 'holds',
    `FrameRate is ${JSON.stringify(video.FrameRate)}, read as ${read ?? 'nothing'}`,
  );
}
