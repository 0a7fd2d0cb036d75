import { DescribeLogGroupsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CHANNEL_LOG_GROUP } from '../../../functions/aws/names.ts';
import { unknownBecause, type Finding } from './finding.ts';

/**
 * Checks that channel logs have a retention period. MediaLive creates one log group for all channels of an account and
 * keeps it forever, and its lines may hold stream keys, so the check fails until a retention period is set. The
 * preflight does not set one, because channels of other deployments log to the same group.
 */
export async function checkChannelLogs(logs: CloudWatchLogsClient, retentionDays: number): Promise<Finding> {
  const check = 'channel logs';
  const group = `--log-group-name ${CHANNEL_LOG_GROUP}`;
  const limit = `aws logs put-retention-policy ${group} --retention-in-days ${retentionDays}`;
  try {
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: CHANNEL_LOG_GROUP }));
    const found = logGroups.find(({ logGroupName }) => logGroupName === CHANNEL_LOG_GROUP);
    if (found?.retentionInDays !== undefined) {
      return { check, outcome: 'ok', detail: `${CHANNEL_LOG_GROUP} keeps logs for ${found.retentionInDays} days` };
    }
    if (found) return { check, outcome: 'failed', detail: `${CHANNEL_LOG_GROUP} keeps logs forever`, remedy: limit };
    const detail = `${CHANNEL_LOG_GROUP} does not exist yet: MediaLive would create it and keep logs forever`;
    return { check, outcome: 'failed', detail, remedy: `aws logs create-log-group ${group} && ${limit}` };
  } catch (error) {
    return unknownBecause(check, error, 'allow logs:DescribeLogGroups');
  }
}
