import { describe, expect, it } from 'vitest';
import { checkTitle, summaryWords, testedWords, worstFirst } from './preflight-text.ts';

const counts = { failed: 0, warning: 0, not_possible: 0, passed: 9 };

describe('the words of a preflight', () => {
  it('count what was found, without states that did not occur', () => {
    expect(summaryWords({ counts })).toBe('9 passed.');
    expect(summaryWords({ counts: { failed: 2, warning: 1, not_possible: 3, passed: 0 } })).toBe(
      '2 failed, 1 warning, 3 not possible, 0 passed.',
    );
  });

  it('name subject and check', () => {
    const subject = { kind: 'destination', id: 'dst_1', name: 'Main YouTube' } as const;
    expect(checkTitle({ check: 'backup_reachable', subject })).toBe('Main YouTube: backup server');
  });

  it('say when servers were tested from another address', () => {
    expect(testedWords({ testedFrom: 'elsewhere' })).toContain('another address');
    expect(testedWords({ testedFrom: 'sender' })).not.toContain('another address');
  });
});

it('the checks are sorted with the worst first', () => {
  const states = (['passed', 'not_possible', 'failed', 'warning', 'failed'] as const).map((state, place) => ({
    state,
    place,
  }));
  expect(worstFirst(states).map(({ state, place }) => `${state} ${place}`)).toEqual([
    'failed 2',
    'failed 4',
    'warning 3',
    'not_possible 1',
    'passed 0',
  ]);
});
