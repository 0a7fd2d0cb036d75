import {
  createCloudWatchClient,
  createMediaConnectClient,
  createMediaLiveClient,
  createSfnClient,
  createTableClient,
} from './aws/clients.ts';
import { MonitorEnvironment, readEnvironment, stateMachineArnsOf } from './environment.ts';
import { ALARM_EVENT, createAlarmEventHandler } from './events/alarm-event.ts';
import { createMediaEventHandler } from './events/media-event.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { COUNTED_LINES } from './schedules/counted-log-lines.ts';
import { MONITORED_ON_AWS } from './schedules/figures-due.ts';
import { runMonitor } from './schedules/monitor-run.ts';

/** Entry point of the stream monitor, run by a schedule, by events of the media services and by alarms. */

const environment = readEnvironment(MonitorEnvironment);
const aws = { attemptsMax: 3 };
const logger = createLambdaLogger('sluice-monitor');

const deps = {
  clients: {
    cloudWatch: createCloudWatchClient(aws),
    mediaConnect: createMediaConnectClient(aws),
    mediaLive: createMediaLiveClient(aws),
    sfn: createSfnClient(aws),
    table: createTableClient(aws),
  },
  deployment: {
    tableName: environment.TABLE_NAME,
    flowArn: environment.FLOW_ARN,
    inputSecurityGroupId: environment.INPUT_SECURITY_GROUP_ID,
    // A ceiling stops destinations.
    stateMachineArns: stateMachineArnsOf(environment),
    incidentMachineArn: environment.STATE_MACHINE_ARN_INCIDENT,
    deliveryMachineArn: environment.STATE_MACHINE_ARN_DELIVERY,
    recordingMachineArn: environment.STATE_MACHINE_ARN_RECORDING,
    channelQuota: environment.CHANNEL_QUOTA,
    pushInputQuota: environment.PUSH_INPUT_QUOTA,
    declaredInput: environment.DECLARED_INPUT,
    pricedInput: environment.DECLARED_INPUT,
    hasBackupSource: environment.BACKUP_SOURCE,
    hasAudience: environment.AUDIENCE_HOST !== undefined,
    isSourceAnalysed: environment.SOURCE_ANALYSIS,
  },
  now: () => new Date(),
  sleep: (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs)),
  logger,
  // CloudWatch has MediaLive's one-minute metrics within a few minutes.
  windowSeconds: 300,
  periodSeconds: 60,
  everySeconds: 60,
  ...MONITORED_ON_AWS,
};

// MediaConnect reports a fault of the content by an event, so the run that it causes reads the content.
const handleMediaEvent = createMediaEventHandler({ ...deps, contentEverySeconds: 0, lookEverySeconds: 5 });
const handleAlarmEvent = createAlarmEventHandler({ ...deps, lookEverySeconds: 10 }, () => runMonitor(deps));

const MEDIA_SOURCES: readonly unknown[] = ['aws.medialive', 'aws.mediaconnect'];

/** Treats every event that is neither from a media service nor of an alarm as the schedule. Logs the outcome, because alarms count it. */
export const handler = withRequestId(logger, async (event: { source?: unknown } | null): Promise<void> => {
  if (MEDIA_SOURCES.includes(event?.source)) return handleMediaEvent(event);
  if (event?.source === ALARM_EVENT.source) return handleAlarmEvent(event);
  logger.info(COUNTED_LINES.observed, { ...(await runMonitor(deps)) });
});
