import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SourcePicture, SourceSound } from '../domain/destination.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import type { ContentQuality } from './content-quality.ts';
import type { ListenerMetrics } from './listener-metrics.ts';
import type { SourceMetrics } from './flow-metrics.ts';

/** The monitor's newest observation of the flow's source. */
export interface SourceObservation extends SourceMetrics, Partial<ContentQuality> {
  observedAt: string;
  /** Since when no encoder has been connected; null while one is connected or the state is unknown. */
  lostSince: string | null;
  /** Set once the flow was observed not to run after this observation. */
  flowStoppedAt?: string;
  /** What the encoder usually sends; absent before the first figure. */
  usualBitrateBps?: number | null;
  /** The last picture that was read; kept while no encoder is connected. */
  picture?: SourcePicture;
  /** When that picture was read. */
  pictureAt?: string;
  /** When the feed was last examined, whether it has sound, and what is wrong with its format; null: unknown or nothing. */
  mediaAt?: string;
  hasAudio?: boolean | null;
  sound?: SourceSound | null;
  formatProblem?: string | null;
  /** Whether the backup feeds the flow; null or absent: unknown, or there is no backup. */
  onBackup?: boolean | null;
  /** What arrives at the sources of a flow with a backup. */
  listeners?: ListenerMetrics[];
  /** When MediaConnect's analysis of the content was last read. */
  contentAt?: string;
}

const PARTITION = 'SOURCES';
/** Sort key of the deployment's only source. */
const SOURCE_ID = 'main';

/**
 * Stores an observation unless a newer one is stored.
 * @returns the observation it replaces; null when it was not stored
 */
export async function putSourceObservation(
  { clients, deployment }: TableDeps,
  observation: SourceObservation,
): Promise<{ replaced: SourceObservation | null } | null> {
  try {
    const { Attributes: replaced } = await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: { pk: PARTITION, sk: SOURCE_ID, ...observation },
        ConditionExpression: 'attribute_not_exists(pk) OR observedAt <= :at',
        ExpressionAttributeValues: { ':at': observation.observedAt },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return { replaced: replaced ? toObservation(replaced) : null };
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    return null;
  }
}

/** Reads the newest observation. Returns null when the source has never been observed. */
export async function getSourceObservation({ clients, deployment }: TableDeps): Promise<SourceObservation | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: SOURCE_ID } }),
  );
  return item ? toObservation(item) : null;
}

function toObservation({ pk: _pk, sk: _sk, ...observation }: Record<string, unknown>): SourceObservation {
  return observation as unknown as SourceObservation;
}
