import type { ChannelReport } from '../../engine/contract.ts';

/**
 * Describes a problem of an output as the product reads it: `code: detail, attempt 2, next attempt at
 * 2026-11-21T03:46:38.201Z`.
 */
export function describeProblem({
  code,
  detail,
  attempt,
  nextAttemptAtMs,
}: NonNullable<ChannelReport['problem']>): string {
  const times = attempt === undefined ? '' : `, attempt ${attempt}`;
  const next = nextAttemptAtMs === undefined ? '' : `, next attempt at ${new Date(nextAttemptAtMs).toISOString()}`;
  return `${code}: ${detail}${times}${next}`;
}
