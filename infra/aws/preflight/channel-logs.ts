import { DescribeLogGroupsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CHANNEL_LOG_GROUP } from '../../../functions/aws/names.ts';
import { unknownBecause, type Finding } from './finding.ts';

/**
 * Whether what channels log is ever forgotten. MediaLive makes one log group for all channels of an account, without an
 * end; lines in it may hold stream keys. It is not ours to set: others' channels log into it too.
 */
export async function checkChannelLogs(logs: CloudWatchLogsClient, retentionDays: number): Promise<Finding> {
  const check = 'channel logs';
  const group = `--log-group-name ${CHANNEL_LOG_GROUP}`;
  const limit = `aws logs put-retention-policy ${group} --retention-in-days ${retentionDays}`;
  try {
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: CHANNEL_LOG_GROUP }));
    const found = logGroups.find(({ logGroupName }) => logGroupName === CHANNEL_LOG_GROUP);
    if (found?.retentionInDays !== undefined) {
      return { check, outcome: 'ok', detail: `${CHANNEL_LOG_GROUP} keeps ${found.retentionInDays} days` };
    }
    if (found)
      return { check, outcome: 'warning', detail: `${CHANNEL_LOG_GROUP} keeps everything for ever`, remedy: limit };
    const detail = `${CHANNEL_LOG_GROUP} is not there yet: MediaLive would make it without an end`;
    return { check, outcome: 'warning', detail, remedy: `aws logs create-log-group ${group} && ${limit}` };
  } catch (error) {
    return unknownBecause(check, error, 'allow logs:DescribeLogGroups');
  }
}
