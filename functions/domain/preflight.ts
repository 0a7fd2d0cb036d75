/**
 * The preflight: what would go wrong if destinations were started now. Each check says what was found about one subject
 * and what to do. What cannot be found out is `not_possible`, never passed. `preflight-source.ts`,
 * `preflight-destination.ts` and `preflight-deployment.ts` hold the checks; all are pure.
 */

export const PREFLIGHT_CHECKS = [
  'flow',
  'source',
  'picture',
  'sound',
  'expected_size',
  'expected_rate',
  'expected_sound',
  'egress',
  'flow_outputs',
  'quotas',
  'recording_space',
  'ceiling',
  'notifications',
  'clock',
  'destination',
  'encoding',
  'reachable',
  'backup_reachable',
  'key',
  'duplicate_key',
  'key_validity',
  'key_use',
] as const;
export type PreflightCheckName = (typeof PREFLIGHT_CHECKS)[number];

/** The worst first. */
export const PREFLIGHT_STATES = ['failed', 'warning', 'not_possible', 'passed'] as const;
export type PreflightState = (typeof PREFLIGHT_STATES)[number];

/** Why a preflight runs: at a person's request, or this long before a show. */
export const PREFLIGHT_OCCASIONS = ['request', 'T-60', 'T-10'] as const;
export type PreflightOccasion = (typeof PREFLIGHT_OCCASIONS)[number];

/** What a check is about. The id is that of the destination or of the notification target. */
export interface PreflightSubject {
  kind: 'source' | 'show' | 'deployment' | 'destination' | 'notification_target';
  id: string | null;
  name: string;
}

/** What a check found. */
export interface Finding {
  state: PreflightState;
  /** One sentence without a stream key. */
  detail: string;
  /** What to do; null when nothing. */
  remedy: string | null;
}

export interface PreflightCheck extends Finding {
  check: PreflightCheckName;
  subject: PreflightSubject;
  /** True unless it is only about a destination that the show can do without. */
  isRequired: boolean;
}

export interface PreflightSummary {
  checkedAt: string;
  requestedBy: string;
  occasion: PreflightOccasion;
  /** The worst of all states. */
  outcome: PreflightState;
  counts: Record<PreflightState, number>;
  /** Failed checks that the show cannot do with. */
  requiredFailed: number;
}

export interface Preflight extends PreflightSummary {
  /** Whether destinations were tested from the machine that sends the stream, or from another address. */
  testedFrom: 'sender' | 'elsewhere';
  checks: PreflightCheck[];
}

export const passed = (detail: string): Finding => ({ state: 'passed', detail, remedy: null });
export const warning = (detail: string, remedy: string): Finding => ({ state: 'warning', detail, remedy });
export const failed = (detail: string, remedy: string): Finding => ({ state: 'failed', detail, remedy });
/** @param reason why it cannot be found out */
export const notPossible = (reason: string, remedy: string | null = null): Finding => ({
  state: 'not_possible',
  detail: reason,
  remedy,
});

/** Destinations of one preflight. A show has at most as many. */
export const PREFLIGHT_DESTINATIONS_MAX = 100;

/** Adds up checks. */
export function toPreflight(
  about: Pick<Preflight, 'checkedAt' | 'requestedBy' | 'occasion' | 'testedFrom'>,
  checks: PreflightCheck[],
): Preflight {
  const countOf = (state: PreflightState) => checks.filter((each) => each.state === state).length;
  const counts = {
    failed: countOf('failed'),
    warning: countOf('warning'),
    not_possible: countOf('not_possible'),
    passed: countOf('passed'),
  };
  const outcome = PREFLIGHT_STATES.find((state) => counts[state] > 0) ?? 'passed';
  return { ...about, outcome, counts, requiredFailed: requiredFailuresOf({ checks }).length, checks };
}

/** Returns the part that a show's record keeps. */
export function summaryOf(preflight: Preflight): PreflightSummary {
  const { checkedAt, requestedBy, occasion, outcome, counts, requiredFailed } = preflight;
  return { checkedAt, requestedBy, occasion, outcome, counts, requiredFailed };
}

/** Returns the failures without which the show is not what was planned. */
export function requiredFailuresOf({ checks }: Pick<Preflight, 'checks'>): PreflightCheck[] {
  return checks.filter(({ isRequired, state }) => isRequired && state === 'failed');
}

/** Says in a sentence part what a preflight found, such as `1 failed, 2 warnings, 9 passed`. */
export function describeCounts({ counts }: Pick<PreflightSummary, 'counts'>): string {
  const parts = [
    counts.failed > 0 ? `${counts.failed} failed` : '',
    counts.warning > 0 ? `${counts.warning} ${counts.warning === 1 ? 'warning' : 'warnings'}` : '',
    counts.not_possible > 0 ? `${counts.not_possible} not possible` : '',
    `${counts.passed} passed`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
