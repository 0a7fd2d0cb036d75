import type { Destination } from './destination.ts';
import { failed, passed, warning, type Finding, type PreflightCheckName } from './preflight.ts';
import type { Warning } from './source-warnings.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * The terms of a stream key: until when the platform takes it, and whether for one broadcast only. They never change
 * what is sent; the preflight and the page warn. Pure.
 */

type Terms = Pick<Destination, 'keyValidUntil' | 'keyUse' | 'keyUsedAt'>;

const NEW_KEY = 'Get a new stream key from the platform, and replace the stored one.';
/** Without a plan, this is soon enough to be asked about. */
const SOON_MS = DAY_MS;

/**
 * Checks the terms that are set.
 * @param planned when the destination is to run; null without a plan
 */
export function checkKeyTerms(
  record: Terms & Pick<Destination, 'desired' | 'runningSince'>,
  planned: { startsAt: Date; hours: number } | null,
  now: Date,
): [PreflightCheckName, Finding][] {
  const { keyUse, keyValidUntil } = record;
  return [
    ...(keyValidUntil ? [['key_validity', checkValidity(keyValidUntil, planned, now)] as const] : []),
    ...(keyUse === 'once' ? [['key_use', checkUse(record)] as const] : []),
  ].map(([name, found]) => [name, found]);
}

function checkValidity(until: string, planned: { startsAt: Date; hours: number } | null, now: Date): Finding {
  const untilMs = Date.parse(until);
  if (untilMs <= now.getTime()) return failed(`The stream key expired at ${until}.`, NEW_KEY);
  if (planned === null) {
    return untilMs - now.getTime() < SOON_MS
      ? warning(`The stream key expires at ${until}.`, NEW_KEY)
      : passed(`The stream key is valid until ${until}.`);
  }
  const startMs = planned.startsAt.getTime();
  if (untilMs <= startMs) return failed(`The stream key expires at ${until}, before the show starts.`, NEW_KEY);
  const endMs = startMs + planned.hours * 3_600_000;
  if (untilMs < endMs) return warning(`The stream key expires at ${until}, before the show ends.`, NEW_KEY);
  return passed(`The stream key is valid until ${until}, after the show.`);
}

const USE_REMEDY = `${NEW_KEY} If the platform takes this one again, it is reusable: set keyUse.`;

function checkUse({ desired, keyUsedAt, runningSince }: Parameters<typeof checkKeyTerms>[0]): Finding {
  if (!keyUsedAt) return passed('The stream key is for one broadcast, and has not been used since it was set.');
  const isInUse = desired === 'running' && runningSince !== null;
  return isInUse
    ? warning(
        `The stream key is for one broadcast, and is on air since ${keyUsedAt}. Another start needs another key.`,
        NEW_KEY,
      )
    : failed(`The stream key is for one broadcast, and was used at ${keyUsedAt}.`, USE_REMEDY);
}

/** Returns what the page shows about the key of a destination. */
export function keyWarnings(record: Terms & Pick<Destination, 'desired'>, now: Date): Warning[] {
  const { desired, keyUsedAt, keyUse, keyValidUntil } = record;
  const warnings: Warning[] = [];
  const leftMs = keyValidUntil ? Date.parse(keyValidUntil) - now.getTime() : Infinity;
  if (leftMs <= 0) {
    warnings.push({
      code: 'stream_key_expired',
      detail: `The stream key expired at ${keyValidUntil}.`,
      remedy: NEW_KEY,
    });
  } else if (leftMs < SOON_MS) {
    const detail = `The stream key expires at ${keyValidUntil}.`;
    warnings.push({ code: 'stream_key_expires_soon', detail, remedy: NEW_KEY });
  }
  if (keyUse === 'once' && keyUsedAt && desired !== 'running') {
    const detail = `The stream key is for one broadcast, and was used at ${keyUsedAt}.`;
    warnings.push({ code: 'stream_key_used', detail, remedy: USE_REMEDY });
  }
  return warnings;
}
