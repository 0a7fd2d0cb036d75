/** A health detail taken apart: what is wrong, and when the next attempt is. */
interface HealthText {
  reason: string;
  /** RFC 3339; null when no next attempt is announced. */
  nextAttemptAt: string | null;
}

const ATTEMPTS = /,? attempt \d+(?:, next attempt at (\S+))?$/;

/** Names of system errors, such as ECONNREFUSED: the words before them say the same. */
const SYSTEM_CODE = /\s*\((?:E[A-Z]{3,}|EAI_[A-Z]+|[A-Z]+(?:_[A-Z0-9]+)+)\)/g;

/** Takes counters, times and system codes out of a detail, which then reads as a sentence. */
export function readHealthText(detail: string): HealthText {
  const nextAttemptAt = ATTEMPTS.exec(detail)?.[1] ?? null;
  const reason = detail.replace(ATTEMPTS, '').replace(SYSTEM_CODE, '').replace('.)', ')');
  return { reason, nextAttemptAt: Number.isNaN(Date.parse(nextAttemptAt ?? '')) ? null : nextAttemptAt };
}
