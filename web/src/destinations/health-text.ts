/** The parts of a health detail: the reason and the next attempt. */
interface HealthText {
  reason: string;
  /** RFC 3339; null without a next attempt. */
  nextAttemptAt: string | null;
}

const ATTEMPTS = /,? attempt \d+(?:, next attempt at (\S+))?$/;

/** Names of system errors, such as ECONNREFUSED, which repeat the words before them. */
const SYSTEM_CODE = /\s*\((?:E[A-Z]{3,}|EAI_[A-Z]+|[A-Z]+(?:_[A-Z0-9]+)+)\)/g;

/** Removes counters, times and system codes from a detail, so that it reads as a sentence. */
export function readHealthText(detail: string): HealthText {
  const nextAttemptAt = ATTEMPTS.exec(detail)?.[1] ?? null;
  const reason = detail.replace(ATTEMPTS, '').replace(SYSTEM_CODE, '').replace('.)', ')');
  return { reason, nextAttemptAt: Number.isNaN(Date.parse(nextAttemptAt ?? '')) ? null : nextAttemptAt };
}
