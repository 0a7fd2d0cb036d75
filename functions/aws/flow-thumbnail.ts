import { DescribeFlowSourceThumbnailCommand } from '@aws-sdk/client-mediaconnect';
import { awsErrorKind } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** A picture of what the source shows. */
export interface SourceThumbnail {
  jpeg: Uint8Array<ArrayBuffer>;
  takenAt: Date;
}

/**
 * What the source shows, or null when AWS has no picture of it: no encoder, thumbnails switched off, more than ten outputs,
 * or a flow that is not there. A picture without its time is none either, because nobody could say how old it is.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/api/v1-flows-flowarn-source-thumbnail.html
 */
export async function describeSourceThumbnail({
  clients,
  deployment,
}: AwsDeps<'mediaConnect', 'flowArn'>): Promise<SourceThumbnail | null> {
  try {
    const { ThumbnailDetails: details } = await clients.mediaConnect.send(
      new DescribeFlowSourceThumbnailCommand({ FlowArn: deployment.flowArn }),
    );
    if (!details?.Thumbnail || !details.Timestamp) return null;
    return { jpeg: Buffer.from(details.Thumbnail, 'base64'), takenAt: details.Timestamp };
  } catch (error) {
    // How AWS refuses where thumbnails are switched off is not documented; a bad request says "not this flow".
    if (['not_found', 'invalid'].includes(awsErrorKind(error))) return null;
    throw error;
  }
}
