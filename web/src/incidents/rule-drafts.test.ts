import { describe, expect, it } from 'vitest';
import { changesOf, type IncidentRuleSettings, toDrafts } from './rule-drafts.ts';

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
