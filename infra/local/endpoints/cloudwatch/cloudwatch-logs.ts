import * as client from '@aws-sdk/client-cloudwatch-logs';
import { CHANNEL_LOG_GROUP } from '../../../../functions/aws/names.ts';
import {
  AwsFault,
  createJsonService,
  optionalBoolean,
  optionalInteger,
  optionalString,
  requiredString,
} from '../wire/aws-json.ts';
import type { LocalService } from '../wire/local-service.ts';
import type { ChannelLogs, LogLine } from './channel-logs.ts';

/** AWS's limit of events in one response. */
const EVENTS_MAX = 10_000;

/** Creates the `logs` endpoint: CloudWatch Logs' GetLogEvents for the channels' streams. */
export function createCloudWatchLogsService(logs: ChannelLogs): LocalService {
  return createJsonService({
    signingName: 'logs',
    targetPrefix: 'Logs_20140328',
    version: '1.1',
    client,
    honours: {
      GetLogEvents: ['endTime', 'limit', 'logGroupName', 'logStreamName', 'nextToken', 'startFromHead', 'startTime'],
    },
    operations: {
      GetLogEvents(input) {
        const group = requiredString(input, 'logGroupName');
        const stream = requiredString(input, 'logStreamName');
        if (group !== CHANNEL_LOG_GROUP) throw missing('log group');
        const lines = logs.read(stream);
        if (lines === null) throw missing('log stream');
        const startMs = optionalInteger(input, 'startTime', 0, Number.MAX_SAFE_INTEGER) ?? 0;
        const endMs = optionalInteger(input, 'endTime', 0, Number.MAX_SAFE_INTEGER) ?? Number.MAX_SAFE_INTEGER;
        const limit = optionalInteger(input, 'limit', 1, EVENTS_MAX) ?? EVENTS_MAX;
        const isFromHead = optionalBoolean(input, 'startFromHead') === true;
        const token = optionalString(input, 'nextToken');
        const events = placed(lines).filter(({ line }) => line.timestampMs >= startMs && line.timestampMs < endMs);
        return answer(events, limit, token === undefined ? { isForward: isFromHead } : readToken(token));
      },
    },
  });
}

/** A line with its place. Lines of the same millisecond are distinguished by their number within it. */
interface Placed {
  line: LogLine;
  place: Place;
}

/** A position in the log. It is a time rather than an index, because old lines are dropped. */
interface Place {
  timestampMs: number;
  number: number;
}

/** Where a page is: after or before a place, or, without one, at the head or the tail of the stream. */
interface Cursor {
  isForward: boolean;
  place?: Place;
}

function placed(lines: LogLine[]): Placed[] {
  let previous: Place = { timestampMs: -1, number: 0 };
  return lines.map((line) => {
    const number = line.timestampMs === previous.timestampMs ? previous.number + 1 : 0;
    previous = { timestampMs: line.timestampMs, number };
    return { line, place: previous };
  });
}

/**
 * Cuts a page and returns the places next to it. An empty page returns the requested place, which is how a client
 * recognises the end of the stream.
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 */
function answer(events: Placed[], limit: number, { isForward, place }: Cursor) {
  const eligible = events.filter(
    (event) => place === undefined || (isForward ? compare(event.place, place) > 0 : compare(event.place, place) < 0),
  );
  const page = isForward ? eligible.slice(0, limit) : eligible.slice(-limit);
  const nowhere = place ?? { timestampMs: 0, number: -1 };
  return {
    events: page.map(({ line: { timestampMs, message } }) => ({
      timestamp: timestampMs,
      ingestionTime: timestampMs,
      message,
    })),
    nextForwardToken: toToken('f', page.at(-1)?.place ?? nowhere),
    nextBackwardToken: toToken('b', page[0]?.place ?? nowhere),
  };
}

function compare(one: Place, other: Place): number {
  return one.timestampMs - other.timestampMs || one.number - other.number;
}

const toToken = (direction: 'f' | 'b', { timestampMs, number }: Place) => `${direction}/${timestampMs}/${number}`;

function readToken(token: string): Cursor {
  const [, direction, timestamp, number] = /^([fb])\/(\d{1,15})\/(-1|\d{1,9})$/.exec(token) ?? [];
  if (direction === undefined) {
    throw new AwsFault('InvalidParameterException', 'The specified nextToken is invalid.');
  }
  return { isForward: direction === 'f', place: { timestampMs: Number(timestamp), number: Number(number) } };
}

function missing(what: string): AwsFault {
  return new AwsFault('ResourceNotFoundException', `The specified ${what} does not exist.`);
}
