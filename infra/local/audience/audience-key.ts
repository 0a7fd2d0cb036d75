import { randomBytes } from 'node:crypto';
import { COVER_PREFIX } from '../../../functions/aws/cover-store.ts';
import type { Deployment } from '../../../functions/aws/clients.ts';
import type { LimitedKey } from '../endpoints/wire/limited-key.ts';

/** Partitions of shows, watch links and recordings, which the public side reads and never writes. */
const READ_PARTITIONS = ['SHOWS', 'PAST-SHOWS', 'PAST-SHOW#*', 'WATCH-LINKS#*', 'RECORDINGS'];
/** Partitions of what watchers write. */
const OWN_PARTITIONS = ['audience#*'];
const READS = ['dynamodb:GetItem', 'dynamodb:Query'];
const WRITES = ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'];

/**
 * Creates an access key with which the process of the public side may do what its function on AWS would be allowed, and
 * nothing else: destinations, their stream keys and every other part of the control plane are out of its reach.
 */
export function createAudienceKey({
  tableName,
  reportBucket,
  recordingBucket,
}: Pick<Deployment, 'tableName' | 'reportBucket' | 'recordingBucket'>): LimitedKey {
  const below = (partitions: readonly string[]) => partitions.map((partition) => `${tableName}/${partition}`);
  return {
    accessKeyId: `AKIAAUDIENCE${randomBytes(20).toString('hex').toUpperCase()}`,
    rules: [
      { actions: READS, resources: below([...READ_PARTITIONS, ...OWN_PARTITIONS]) },
      { actions: WRITES, resources: below(OWN_PARTITIONS) },
      {
        actions: ['s3:GetObject'],
        resources: [`${reportBucket}/${COVER_PREFIX}*`, `${recordingBucket}/recordings/*`],
      },
      { actions: ['mediapackage:ListOriginEndpoints'] },
    ],
  };
}
