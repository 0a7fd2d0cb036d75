import { unprocessable } from '../wire/aws-error.ts';

/**
 * The limits of a harvest job's window.
 * @see https://docs.aws.amazon.com/mediapackage/latest/ug/ltov-how.html
 */

/** An endpoint keeps at most 14 days. */
export const STARTOVER_SECONDS_MAX = 14 * 86_400;
const HARVEST_MS_MAX = 24 * 3_600_000;
/** Date, time and zone; MediaPackage assumes no zone. */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

interface Available {
  /** Zero or undefined for an endpoint that keeps nothing. */
  startoverSeconds: number | undefined;
  /** Undefined while no encoder has ever sent. */
  encodedSinceMs: number | undefined;
  nowMs: number;
}

/**
 * Checks a job's times against what the endpoint keeps.
 * @throws {AwsError} UnprocessableEntityException
 */
export function readHarvestWindow(
  times: { StartTime?: string | undefined; EndTime?: string | undefined },
  { startoverSeconds = 0, encodedSinceMs, nowMs }: Available,
): { startMs: number; endMs: number } {
  const startMs = readTime('StartTime', times.StartTime);
  const endMs = readTime('EndTime', times.EndTime);
  if (startoverSeconds <= 0) throw unprocessable('the origin endpoint has no startover window to harvest from');
  if (endMs <= startMs) throw unprocessable('EndTime must be after StartTime');
  if (endMs > nowMs) throw unprocessable('EndTime must not be in the future');
  if (endMs - startMs > HARVEST_MS_MAX) throw unprocessable('a harvest job covers at most 24 hours');
  if (startMs < nowMs - startoverSeconds * 1000) {
    throw unprocessable(`StartTime must be within the startover window of ${startoverSeconds} seconds`);
  }
  if (encodedSinceMs === undefined || startMs < encodedSinceMs) {
    throw unprocessable('StartTime must be after the encoder started to send');
  }
  return { startMs, endMs };
}

function readTime(member: string, text: string | undefined): number {
  const timeMs = text !== undefined && ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw unprocessable(`${member} must be a date and time in ISO 8601 with its zone`);
  return timeMs;
}
