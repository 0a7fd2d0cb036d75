import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { RawLogLine } from '../domain/channel-log.ts';
import type { HeldResources } from '../domain/destination.ts';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';
import { CHANNEL_LOG_GROUP } from './names.ts';

type LogDeps = AwsDeps<'cloudWatchLogs', never>;
type Channel = NonNullable<HeldResources['channel']>;

/**
 * Returns the newest log lines of a channel's pipelines, oldest first; an empty list before the channel has logged. The
 * lines are raw and may hold a stream key: pass each through `toChannelLogLine` before showing it.
 */
export async function getChannelLog(
  deps: LogDeps,
  { channelArn, channelClass }: Pick<Channel, 'channelArn' | 'channelClass'>,
  limit: number,
): Promise<RawLogLine[]> {
  const read = (pipelineId: string, ingest: RawLogLine['ingest']) =>
    getPipelineLog(deps, `${channelArn.replaceAll(':', '_')}_${pipelineId}`, { ingest, limit });
  if (channelClass !== 'STANDARD') return read('0', null);
  const both = await Promise.all([read('0', 'main'), read('1', 'backup')]);
  return both
    .flat()
    .toSorted((one, other) => one.timestampMs - other.timestampMs)
    .slice(-limit);
}

async function getPipelineLog(
  { clients }: LogDeps,
  logStreamName: string,
  { ingest, limit }: Pick<RawLogLine, 'ingest'> & { limit: number },
): Promise<RawLogLine[]> {
  const command = new GetLogEventsCommand({
    logGroupName: CHANNEL_LOG_GROUP,
    logStreamName,
    limit,
    startFromHead: false,
  });
  try {
    const { events = [] } = await clients.cloudWatchLogs.send(command);
    return events.map(({ timestamp = 0, message = '' }) => ({ timestampMs: timestamp, message, ingest }));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
