import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';
import { CHANNEL_LOG_GROUP } from './names.ts';

/**
 * Returns the newest log lines of a channel's first pipeline, oldest first; an empty list before the channel has
 * logged. The lines are raw and may hold the stream key: pass each through `toChannelLogLine` before showing it.
 */
export async function getChannelLog(
  { clients }: AwsDeps<'cloudWatchLogs', never>,
  channelArn: string,
  limit: number,
): Promise<{ timestampMs: number; message: string }[]> {
  const logStreamName = `${channelArn.replaceAll(':', '_')}_0`;
  const command = new GetLogEventsCommand({
    logGroupName: CHANNEL_LOG_GROUP,
    logStreamName,
    limit,
    startFromHead: false,
  });
  try {
    const { events = [] } = await clients.cloudWatchLogs.send(command);
    return events.map(({ timestamp = 0, message = '' }) => ({ timestampMs: timestamp, message }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
