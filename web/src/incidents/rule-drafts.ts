import type { IncidentRuleList, SetIncidentRules } from '../../../functions/api/schemas/incidents.ts';

/** The form of the rules. The API checks the values; this only finds what differs. */

export type IncidentRuleSettings = IncidentRuleList['data'][number];
export type RuleChanges = SetIncidentRules['rules'];

/** One rule as typed. An empty text is the default. */
export interface RuleDraft {
  enabled: boolean;
  threshold: string;
  holdSeconds: string;
}

/** When incidents escalate, as typed. An empty text is the default. */
export interface EscalationDraft {
  enabled: boolean;
  seconds: string;
}

type Escalation = Pick<IncidentRuleList, 'escalateAfterSeconds' | 'escalateAfterSecondsDefault'>;

/** Returns the form’s texts for the present setting. */
export function toEscalationDraft({ escalateAfterSeconds }: Escalation): EscalationDraft {
  return { enabled: escalateAfterSeconds !== null, seconds: String(escalateAfterSeconds ?? '') };
}

/** Returns the setting to send; null: never. A text that is no number becomes 0, which the API refuses. */
export function escalationOf(
  { enabled, seconds }: EscalationDraft,
  { escalateAfterSecondsDefault }: Escalation,
): number | null {
  if (!enabled) return null;
  // NaN would reach the API as null, which is never.
  return (toNumber(seconds) ?? escalateAfterSecondsDefault) || 0;
}

type Values = Pick<IncidentRuleSettings, 'enabled' | 'threshold' | 'holdSeconds'>;

/** Returns the form’s texts for the present settings. */
export function toDrafts(rules: readonly IncidentRuleSettings[]): Record<string, RuleDraft> {
  return Object.fromEntries(
    rules.map(({ rule, enabled, threshold, holdSeconds }) => [
      rule,
      { enabled, threshold: threshold === null ? '' : String(threshold), holdSeconds: String(holdSeconds) },
    ]),
  );
}

/**
 * Returns the changes to send, which replace all former ones: every value that differs from the inherited one.
 * @param inherited the deployment’s settings for a destination; null: the defaults of the rules
 */
export function changesOf(
  rules: readonly IncidentRuleSettings[],
  drafts: Record<string, RuleDraft>,
  inherited: readonly IncidentRuleSettings[] | null,
): RuleChanges {
  const changes: RuleChanges = {};
  for (const settings of rules) {
    const draft = drafts[settings.rule];
    if (!draft) continue;
    const base = inherited?.find(({ rule }) => rule === settings.rule) ?? defaultsOf(settings);
    const threshold = toNumber(draft.threshold);
    const holdSeconds = toNumber(draft.holdSeconds);
    const change = {
      ...(draft.enabled === base.enabled ? {} : { enabled: draft.enabled }),
      ...(threshold === null || threshold === base.threshold ? {} : { threshold }),
      ...(holdSeconds === null || holdSeconds === base.holdSeconds ? {} : { holdSeconds }),
    };
    if (Object.keys(change).length > 0) changes[settings.rule] = change;
  }
  return changes;
}

/** Returns a rule’s defaults. */
export function defaultsOf({ thresholdLimits, holdSecondsDefault }: IncidentRuleSettings): Values {
  return { enabled: true, threshold: thresholdLimits?.default ?? null, holdSeconds: holdSecondsDefault };
}

/** Returns null for an empty text, and NaN, which the API refuses, for one that is no number. */
function toNumber(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  return trimmed === '' ? null : Number(trimmed);
}
