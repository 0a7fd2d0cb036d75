import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { IncidentNotification } from '../domain/incident-notification.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/** Notifications that are due, one item per transition of an incident. What is delivered is not recorded here. */

const PARTITION = 'NOTIFICATIONS-DUE';
const KEPT_SECONDS = 30 * 86_400;

/**
 * Records that a transition is to be told. The first call counts, however many monitors and workflows hand the same
 * transition over.
 * @returns false when it was recorded before
 */
export async function recordNotificationDue(
  { clients, deployment }: TableDeps,
  notification: IncidentNotification,
): Promise<boolean> {
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: {
          pk: PARTITION,
          sk: notification.notificationId,
          ...notification,
          expiresAt: Math.floor(Date.parse(notification.at) / 1000) + KEPT_SECONDS,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
