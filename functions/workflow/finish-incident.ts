import type { AwsDeps } from '../aws/clients.ts';
import { startIncidentExecution } from '../aws/executions.ts';
import { putIncidentEntry } from '../aws/history-table.ts';
import { archiveIncident, writeIncident } from '../aws/incident-table.ts';
import { recordNotificationDue } from '../aws/notification-due-table.ts';
import { toNotification, type IncidentNotification } from '../domain/incident-notification.ts';
import { toIncidentEvent } from '../domain/incident-event.ts';
import { toTimelineEntry } from '../domain/incident-timeline.ts';
import { withoutDue, type Incident } from '../domain/incident.ts';
import { publishEvents } from '../notify/publish-event.ts';
import type { Logger } from './workflow-deps.ts';
import { errorName } from '../domain/errors.ts';

export interface IncidentDeps extends AwsDeps<
  'sfn' | 'table',
  'deliveryMachineArn' | 'incidentMachineArn' | 'tableName'
> {
  now: () => Date;
  logger: Logger;
  /**
   * Hands a transition over to be told. It is called at least once per transition and must have the effect once; it
   * throws when it could not do so. Left out: the transition is published to the notification targets.
   */
  notify?: (notification: IncidentNotification) => Promise<void>;
}

/**
 * Does what follows from the transitions of an incident: the timeline, the notifications, the execution, the move to the
 * history. Everything may be repeated. A failure is logged and left to the next evaluation.
 * @param incident as stored
 */
export async function finishIncident(deps: IncidentDeps, incident: Incident): Promise<void> {
  const { incidentId } = incident;
  try {
    if (incident.openedAt !== null) await putIncidentEntry(deps, toTimelineEntry(incident));
    const handedOver = { ...(await handOver(deps, incident)), due: [] };
    // A new execution; the sweep looks for one that is missing.
    if (incident.executionRevision !== null && incident.state !== 'resolved') await startQuietly(deps, incident);
    if (incident.state === 'resolved') await archiveIncident(deps, handedOver);
  } catch (error) {
    deps.logger.warn('an incident is not finished, the next evaluation continues', {
      incidentId,
      error: errorName(error),
    });
  }
}

/** Hands over what is due. @returns the incident as stored afterwards */
export async function handOver(deps: IncidentDeps, incident: Incident): Promise<Incident> {
  if (incident.due.length === 0) return incident;
  for (const due of incident.due) {
    const notification = toNotification(incident, due);
    if (deps.notify) await deps.notify(notification);
    else await notifyTargets(deps, notification);
  }
  const after = withoutDue(
    incident,
    incident.due.map(({ revision }) => revision),
  );
  // When another process has changed it, the next evaluation hands over the same again, which has no effect.
  return (await writeIncident(deps, incident, after)) ?? incident;
}

/** Records that the transition is due and publishes it. Both have their effect once, so this may be repeated. */
async function notifyTargets(deps: IncidentDeps, notification: IncidentNotification): Promise<void> {
  await recordNotificationDue(deps, notification);
  await publishEvents(deps, [toIncidentEvent(notification)]);
}

async function startQuietly(deps: IncidentDeps, incident: Incident): Promise<void> {
  try {
    await startIncidentExecution(deps, incident);
  } catch (error) {
    deps.logger.warn('the workflow of an incident was not started, the sweep will', {
      incidentId: incident.incidentId,
      error: errorName(error),
    });
  }
}
