import { makeCloudWatch, makeMediaConnect, makeMediaLive, makeTable } from './aws/clients.ts';
import { MonitorEnvironment, readEnvironment } from './environment.ts';
import { createMediaEventHandler } from './events/media-event.ts';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';
import { COUNTED_LINES } from './schedules/counted-lines.ts';
import { MONITORED_ON_AWS } from './schedules/figures-due.ts';
import { observeDestinations } from './schedules/monitor.ts';

/** Entry point of the stream monitor, run by a schedule and by events of the media services. */

const environment = readEnvironment(MonitorEnvironment);
const aws = { attemptsMax: 3 };
const logger = createLambdaLogger('sluice-monitor');

const deps = {
  clients: {
    cloudWatch: makeCloudWatch(aws),
    mediaConnect: makeMediaConnect(aws),
    mediaLive: makeMediaLive(aws),
    table: makeTable(aws),
  },
  deployment: {
    tableName: environment.TABLE_NAME,
    flowArn: environment.FLOW_ARN,
    inputSecurityGroupId: environment.INPUT_SECURITY_GROUP_ID,
  },
  now: () => new Date(),
  logger,
  // CloudWatch has MediaLive's one-minute metrics within a few minutes.
  windowSeconds: 300,
  periodSeconds: 60,
  ...MONITORED_ON_AWS,
};

const handleMediaEvent = createMediaEventHandler({ ...deps, lookEverySeconds: 10 });

const MEDIA_SOURCES: readonly unknown[] = ['aws.medialive', 'aws.mediaconnect'];

/** Treats every event that is not from a media service as the schedule. Logs the outcome, because alarms count it. */
export const handler = withRequestId(logger, async (event: { source?: unknown } | null): Promise<void> => {
  if (MEDIA_SOURCES.includes(event?.source)) return handleMediaEvent(event);
  logger.info(COUNTED_LINES.observed, { ...(await observeDestinations(deps)) });
});
