import type { IncidentNotification } from '../domain/incident-notification.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';

/** Notifications that are due, one item per transition of an incident. What is delivered is not recorded here. */

const PARTITION = 'NOTIFICATIONS-DUE';
const KEPT_SECONDS = 30 * 86_400;

/**
 * Records that a transition is to be told. The first call counts, however many monitors and workflows hand the same
 * transition over.
 * @returns false when it was recorded before
 */
export function recordNotificationDue(deps: TableDeps, notification: IncidentNotification): Promise<boolean> {
  return insertItem(deps, {
    pk: PARTITION,
    sk: notification.notificationId,
    ...notification,
    expiresAt: Math.floor(Date.parse(notification.at) / 1000) + KEPT_SECONDS,
  });
}
