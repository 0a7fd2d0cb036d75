import { AUDIENCE_FOLDERS, AUDIENCE_TABLE_ACCESS } from '../../functions/aws/audience-access.ts';
import type { DeploymentResources, Permission } from './permission.ts';

/** What the public side's permissions name. */
export interface AudienceResources extends Pick<
  DeploymentResources,
  'tableArn' | 'reportBucketArn' | 'recordingBucketArn'
> {
  /** The secrets of the edge, of the cookies and of MediaPackage's CDN. */
  secretArns: readonly string[];
}

/**
 * Permissions of the public side, the only function that strangers reach: reads shows, watch links, recordings and covers,
 * and writes what watchers write. It may not list a bucket, so S3 answers 403 for a missing file.
 */
export function audiencePermissions(resources: AudienceResources): Permission[] {
  const { tableArn, reportBucketArn, recordingBucketArn, secretArns } = resources;
  return [
    ...AUDIENCE_TABLE_ACCESS.map(({ actions, partitions }) => ({
      actions,
      resources: [tableArn],
      conditions: {
        // True without the key, so the key is required too.
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    })),
    {
      actions: ['s3:GetObject'],
      resources: [
        `${reportBucketArn}/${AUDIENCE_FOLDERS.reportBucket}*`,
        `${recordingBucketArn}/${AUDIENCE_FOLDERS.recordingBucket}*`,
      ],
      wildcardReason: 'covers and recordings are in folders named after their show and their id',
    },
    { actions: ['secretsmanager:GetSecretValue'], resources: secretArns },
  ];
}
