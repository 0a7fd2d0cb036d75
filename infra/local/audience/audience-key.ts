import { randomBytes } from 'node:crypto';
import { AUDIENCE_FOLDERS, AUDIENCE_TABLE_ACCESS } from '../../../functions/aws/audience-access.ts';
import type { Deployment } from '../../../functions/aws/clients.ts';
import type { LimitedKey } from '../endpoints/wire/limited-key.ts';

/**
 * Creates an access key with which the process of the public side may do what its function on AWS may, and nothing else,
 * besides finding the live stream.
 */
export function createAudienceKey({
  tableName,
  reportBucket,
  recordingBucket,
}: Pick<Deployment, 'tableName' | 'reportBucket' | 'recordingBucket'>): LimitedKey {
  return {
    accessKeyId: `AKIAAUDIENCE${randomBytes(20).toString('hex').toUpperCase()}`,
    rules: [
      ...AUDIENCE_TABLE_ACCESS.map(({ actions, partitions }) => ({
        actions,
        resources: partitions.map((partition) => `${tableName}/${partition}`),
      })),
      {
        actions: ['s3:GetObject'],
        resources: [
          `${reportBucket}/${AUDIENCE_FOLDERS.reportBucket}*`,
          `${recordingBucket}/${AUDIENCE_FOLDERS.recordingBucket}*`,
        ],
      },
      // AWS tells the function where the stream is.
      { actions: ['mediapackage:ListOriginEndpoints'] },
    ],
  };
}
