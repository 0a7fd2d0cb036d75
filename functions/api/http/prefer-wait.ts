import { invalidFields } from './validation.ts';

/** `Prefer: wait=N` (RFC 7240, section 4.3): how long a caller wants to wait for the end of what a request begins. */

/** API Gateway answers for the function after 30 seconds, so the wait ends before. */
export const WAIT_SECONDS_MAX = 25;

/**
 * Reads the seconds of `Prefer: wait=N`, at most 25. Other preferences are ignored, as the RFC requires.
 * @returns null without the preference
 * @throws {AppError} `validation_failed` when N is not a whole number
 */
export function readWaitSeconds(headers: Headers): number | null {
  const given = (headers.get('prefer') ?? '')
    .split(',')
    .map((preference) => preference.split(';')[0]!.trim())
    .find((preference) => /^wait\b/i.test(preference));
  if (given === undefined) return null;
  const [, seconds] = /^wait\s*=\s*"?(\d{1,9})"?$/i.exec(given) ?? [];
  if (seconds === undefined) {
    throw invalidFields([
      { field: 'Prefer', message: 'wait must be a whole number of seconds, such as wait=20; at most 25 are waited' },
    ]);
  }
  return Math.min(Number(seconds), WAIT_SECONDS_MAX);
}
