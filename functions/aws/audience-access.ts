import { COVER_PREFIX } from './cover-store.ts';

/**
 * What the public side may do with the table and the buckets: on AWS its role is made of this list, on one machine its
 * access key. Destinations, their stream keys and every other part of the control plane are out of its reach.
 */

/** Partitions of shows, watch links and recordings, which the public side reads and never writes. */
const READ_PARTITIONS = ['SHOWS', 'PAST-SHOWS', 'PAST-SHOW#*', 'WATCH-LINKS#*', 'RECORDINGS'];
/** Partitions of what watchers write. */
const OWN_PARTITIONS = ['audience#*'];

/** Actions, and the partitions they may reach; a `*` at the end stands for any rest. */
export const AUDIENCE_TABLE_ACCESS = [
  { actions: ['dynamodb:GetItem', 'dynamodb:Query'], partitions: [...READ_PARTITIONS, ...OWN_PARTITIONS] },
  { actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], partitions: OWN_PARTITIONS },
] as const;

/** Folders of the buckets that the public side reads. */
export const AUDIENCE_FOLDERS = { reportBucket: COVER_PREFIX, recordingBucket: 'recordings/' } as const;
