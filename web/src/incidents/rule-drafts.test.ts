import { describe, expect, it } from 'vitest';
import { changesOf, escalationOf, type IncidentRuleSettings, toDrafts, toEscalationDraft } from './rule-drafts.ts';

const jitter: IncidentRuleSettings = {
  ...{ rule: 'source_jitter', subject: 'source', severity: 'medium', title: '', meaning: '', action: '' },
  ...{ enabled: true, holdSeconds: 10, holdSecondsDefault: 10, threshold: 50, hides: [], isChanged: false },
  thresholdLimits: { is: 'above', default: 50, min: 0, max: 10_000, unit: 'ms' },
};
const lost: IncidentRuleSettings = {
  ...jitter,
  ...{ rule: 'source_lost', threshold: null, thresholdLimits: null, holdSeconds: 3, holdSecondsDefault: 3 },
};
const RULES = [jitter, lost];
const changed = (rule: string, draft: object, inherited: IncidentRuleSettings[] | null = null) => {
  const drafts = toDrafts(RULES);
  return changesOf(RULES, { ...drafts, [rule]: { ...drafts[rule]!, ...draft } }, inherited);
};

describe('changesOf', () => {
  it('returns nothing for untouched defaults', () => {
    expect(changesOf(RULES, toDrafts(RULES), null)).toEqual({});
  });

  it('returns only what differs, also with a decimal comma', () => {
    expect(changed('source_jitter', { threshold: '0,5' })).toEqual({ source_jitter: { threshold: 0.5 } });
    expect(changed('source_lost', { enabled: false, holdSeconds: ' 5 ' })).toEqual({
      source_lost: { enabled: false, holdSeconds: 5 },
    });
  });

  it('keeps a former change that is still in the form', () => {
    const before = [{ ...jitter, threshold: 80 }, lost];
    expect(changesOf(before, toDrafts(before), null)).toEqual({ source_jitter: { threshold: 80 } });
  });

  it('returns to the default for an empty text', () => {
    expect(changed('source_jitter', { threshold: '', holdSeconds: '' })).toEqual({});
  });

  it('leaves a text that is no number to the API, which refuses it', () => {
    expect(changed('source_jitter', { threshold: 'many' })).toEqual({ source_jitter: { threshold: Number.NaN } });
  });

  it('compares a destination with the deployment', () => {
    const inherited = [{ ...jitter, threshold: 80 }, lost];
    expect(changed('source_jitter', { threshold: '80' }, inherited)).toEqual({});
    expect(changed('source_jitter', { threshold: '50' }, inherited)).toEqual({ source_jitter: { threshold: 50 } });
  });
});

describe('escalationOf', () => {
  const escalation = (escalateAfterSeconds: number | null) => ({
    escalateAfterSeconds,
    escalateAfterSecondsDefault: 300,
  });
  const sent = (draft: object, before: number | null = 120) =>
    escalationOf({ ...toEscalationDraft(escalation(before)), ...draft }, escalation(before));

  it('keeps what is in the form, and returns to the default for an empty text', () => {
    expect([sent({}), sent({}, null)]).toEqual([120, null]);
    expect(sent({ seconds: ' ' })).toBe(300);
    expect(sent({ enabled: true }, null)).toBe(300);
  });

  it('is never while it is switched off, whatever the text says', () => {
    expect(sent({ enabled: false })).toBeNull();
  });

  it('turns a text that is no number into a value that the API refuses, and not into never', () => {
    expect(sent({ seconds: 'soon' })).toBe(0);
  });
});
