import type { DescribeFlowSourceThumbnailResponse, ThumbnailDetails } from '@aws-sdk/client-mediaconnect';
import { findFlow } from './flow.ts';
import type { MediaContext } from '../media/media-context.ts';

/**
 * With more outputs MediaConnect creates no thumbnails. @see
 * https://docs.aws.amazon.com/mediaconnect/latest/ug/quotas.html
 */
const OUTPUTS_MAX = 10;

/** Returns a Base64 picture of an active flow's source, or a message with the reason why there is none. */
export async function describeFlowSourceThumbnail(
  context: MediaContext,
  input: { FlowArn: string },
): Promise<DescribeFlowSourceThumbnailResponse> {
  const flow = findFlow(context, input.FlowArn);
  const without = (Code: string, Message: string): DescribeFlowSourceThumbnailResponse => ({
    ThumbnailDetails: { FlowArn: flow.id, ThumbnailMessages: [{ Code, Message, ResourceName: flow.name }] },
  });
  if (flow.outputs.length > OUTPUTS_MAX) {
    return without('ThumbnailsDisabled', `a flow with more than ${OUTPUTS_MAX} outputs has no thumbnails`);
  }
  const picture =
    flow.status === 'ACTIVE' || flow.status === 'UPDATING' ? await context.engine.fetchSourcePicture(flow.id) : null;
  if (picture === null) return without('NoThumbnail', 'no picture has arrived from the source');
  const details: ThumbnailDetails = {
    FlowArn: flow.id,
    Thumbnail: Buffer.from(picture.jpeg).toString('base64'),
    ThumbnailMessages: [],
    Timestamp: new Date(picture.takenAtMs),
  };
  return { ThumbnailDetails: details };
}
