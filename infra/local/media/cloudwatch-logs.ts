import { CHANNEL_LOG_GROUP } from '../../../functions/aws/names.ts';
import { AwsFault, makeJsonService, optionalInteger, requiredString } from '../aws-json.ts';
import type { LocalService } from '../service.ts';
import type { ChannelLogs } from './channel-logs.ts';

/** AWS's own limit of events in one answer. */
const EVENTS_MAX = 10_000;

/**
 * The `logs` endpoint: CloudWatch Logs' GetLogEvents for the channels' streams. One answer holds everything that is
 * kept, so there is never a further page; the tokens are there because the operation always gives them.
 */
export function makeCloudWatchLogsService(logs: ChannelLogs): LocalService {
  return makeJsonService({
    signingName: 'logs',
    targetPrefix: 'Logs_20140328',
    version: '1.1',
    operations: {
      GetLogEvents(input) {
        const group = requiredString(input, 'logGroupName');
        const stream = requiredString(input, 'logStreamName');
        if (group !== CHANNEL_LOG_GROUP) throw missing('log group');
        const lines = logs.read(stream);
        if (lines === null) throw missing('log stream');
        const startMs = optionalInteger(input, 'startTime', 0, Number.MAX_SAFE_INTEGER) ?? 0;
        const limit = optionalInteger(input, 'limit', 1, EVENTS_MAX) ?? EVENTS_MAX;
        const wanted = lines.filter(({ timestampMs }) => timestampMs >= startMs);
        const page = input['startFromHead'] === true ? wanted.slice(0, limit) : wanted.slice(-limit);
        const events = page.map(({ timestampMs, message }) => ({
          timestamp: timestampMs,
          ingestionTime: timestampMs,
          message,
        }));
        return { events, nextForwardToken: 'f/end', nextBackwardToken: 'b/begin' };
      },
    },
  });
}

function missing(what: string): AwsFault {
  return new AwsFault('ResourceNotFoundException', `The specified ${what} does not exist.`);
}
