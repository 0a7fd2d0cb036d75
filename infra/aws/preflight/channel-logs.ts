import { DescribeLogGroupsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CHANNEL_LOG_GROUP } from '../../../functions/aws/names.ts';
import { unknownBecause, type Finding } from './finding.ts';

/**
 * Checks that channel logs are deleted at some time. MediaLive creates one log group for all channels of an account and
 * keeps it for ever, and its lines may hold stream keys, so this fails until a retention is set. The preflight sets none:
 * channels of others log into the same group.
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
      return { check, outcome: 'failed', detail: `${CHANNEL_LOG_GROUP} keeps everything for ever`, remedy: limit };
    const detail = `${CHANNEL_LOG_GROUP} does not exist yet: MediaLive would create it and keep it for ever`;
    return { check, outcome: 'failed', detail, remedy: `aws logs create-log-group ${group} && ${limit}` };
  } catch (error) {
    return unknownBecause(check, error, 'allow logs:DescribeLogGroups');
  }
}
