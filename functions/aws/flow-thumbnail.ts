import { DescribeFlowSourceThumbnailCommand } from '@aws-sdk/client-mediaconnect';
import { awsErrorKind } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** A picture of the source. */
export interface SourceThumbnail {
  jpeg: Uint8Array<ArrayBuffer>;
  takenAt: Date;
}

/**
 * Returns a picture of the source, or null when AWS has none: no encoder, thumbnails disabled, more than ten outputs,
 * or no flow. A picture without a time also counts as missing, because its age would be unknown.
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
    // AWS does not document the answer for disabled thumbnails. A bad request is taken to mean that there is no
    // picture.
    if (['not_found', 'invalid'].includes(awsErrorKind(error))) return null;
    throw error;
  }
}
