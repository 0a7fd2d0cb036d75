import { INCIDENT_RULES, ruleOf, type RuleId } from './incident-rules.ts';

/**
 * What a deployment changes about the rules, and which incidents it does not want to hear of. A value that is not set
 * is the rule's default; a destination's value comes before the deployment's.
 */

/** Changes of one rule. */
export interface RuleChange {
  enabled?: boolean;
  threshold?: number;
  holdSeconds?: number;
}

export type RuleChanges = Partial<Record<RuleId, RuleChange>>;

/** No hold time is longer than this. */
const HOLD_SECONDS_MAX = 3600;
export const ESCALATE_SECONDS_MAX = 86_400;
export const ESCALATE_SECONDS_DEFAULT = 300;

/** Hides incidents from the people who would be called until a time. At least one of the three scopes is set. */
export interface IncidentMute {
  muteId: string;
  destinationId: string | null;
  group: string | null;
  rule: RuleId | null;
  until: string;
  by: string;
  reason: string;
  createdAt: string;
}

export interface IncidentSettings {
  rules: RuleChanges;
  /** By destination id. */
  destinations: Record<string, RuleChanges>;
  /** An incident escalates after this time without an acknowledgement; null: never. */
  escalateAfterSeconds: number | null;
  mutes: readonly IncidentMute[];
  /**
   * Seconds until the caller observes again. An incident whose hold time ends earlier gets its workflow while it is
   * pending, which opens it in time. Zero: never.
   */
  observedEverySeconds?: number;
}

export const DEFAULT_INCIDENT_SETTINGS: IncidentSettings = {
  rules: {},
  destinations: {},
  escalateAfterSeconds: ESCALATE_SECONDS_DEFAULT,
  mutes: [],
};

/** A rule with the settings applied. */
export interface EffectiveRule {
  enabled: boolean;
  /** Null for a rule without a figure. */
  threshold: number | null;
  holdSeconds: number;
}

/** Returns how a rule applies to a subject. @param subjectId only a destination can override the deployment's settings */
export function effectiveRule(settings: IncidentSettings, rule: RuleId, subjectId: string): EffectiveRule {
  const { threshold, holdSeconds } = ruleOf(rule);
  const own = INCIDENT_RULES[rule].subject === 'destination' ? settings.destinations[subjectId]?.[rule] : undefined;
  const common = settings.rules[rule];
  return {
    enabled: own?.enabled ?? common?.enabled ?? true,
    threshold: threshold ? (own?.threshold ?? common?.threshold ?? threshold.default) : null,
    holdSeconds: own?.holdSeconds ?? common?.holdSeconds ?? holdSeconds,
  };
}

/** A fault of a change, for the caller who sent it. */
export interface RuleChangeFault {
  field: string;
  message: string;
}

/** Checks the values of a change against the rule. */
export function faultsOfRuleChange(rule: RuleId, { threshold, holdSeconds }: RuleChange): RuleChangeFault[] {
  const faults: RuleChangeFault[] = [];
  const limits = ruleOf(rule).threshold;
  if (threshold !== undefined && !limits) {
    faults.push({ field: 'threshold', message: 'this rule has no threshold: leave it out' });
  }
  if (threshold !== undefined && limits && !(threshold >= limits.min && threshold <= limits.max)) {
    faults.push({ field: 'threshold', message: `must be ${limits.min} to ${limits.max} (${limits.unit})` });
  }
  const isHold = holdSeconds === undefined || (Number.isInteger(holdSeconds) && holdSeconds >= 0);
  if (!isHold || (holdSeconds ?? 0) > HOLD_SECONDS_MAX) {
    faults.push({ field: 'holdSeconds', message: `must be a whole number from 0 to ${HOLD_SECONDS_MAX}` });
  }
  return faults;
}

/** What a mute is compared with. */
interface Mutable {
  rule: RuleId;
  subject: { kind: string; id: string; group: string | null };
}

/** Returns the mute that covers an incident longest, or null. Every scope that a mute names must match. */
export function muteOf(mutes: readonly IncidentMute[], { rule, subject }: Mutable, now: Date): IncidentMute | null {
  const isDestination = subject.kind === 'destination';
  const covering = mutes.filter(
    (mute) =>
      Date.parse(mute.until) > now.getTime() &&
      (mute.rule === null || mute.rule === rule) &&
      (mute.destinationId === null || (isDestination && mute.destinationId === subject.id)) &&
      (mute.group === null || (isDestination && mute.group === subject.group)),
  );
  return covering.toSorted((one, other) => Date.parse(other.until) - Date.parse(one.until))[0] ?? null;
}
