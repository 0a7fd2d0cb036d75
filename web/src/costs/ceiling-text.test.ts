import { describe, expect, it } from 'vitest';
import { makeCeilingResource } from '../../../test/support/make-ceiling.ts';
import { barOf, describeAction, describeQuestion, describeState } from './ceiling-text.ts';

const ceiling = makeCeilingResource();

describe('the words of a ceiling', () => {
  it('say what happens when it is reached', () => {
    expect(describeAction({ ...ceiling, action: 'warn', spared: ['primary'] })).toBe('Warns only');
    expect(describeAction({ ...ceiling, action: 'stop', spared: ['primary'] })).toBe(
      'Stops everything, except 1 spared',
    );
    const ask = { ...ceiling, action: 'ask', countdownMinutes: 10, defaultAnswer: 'stop' } as const;
    expect(describeAction(ask)).toBe('Asks for 10 min, then stops everything');
    expect(describeAction({ ...ask, defaultAnswer: 'keep' })).toBe('Asks for 10 min, then keeps running');
  });

  it('say what it has done, and who decided', () => {
    expect(describeState(ceiling)).toBe('');
    const kept = { ...ceiling, state: 'kept', decidedBy: 'Anna' } as const;
    expect(describeState({ ...kept, limit: null })).toBe('Kept running by Anna until the day ends');
    expect(describeState({ ...kept, limit: 50 })).toBe('Kept running by Anna up to $50.00');
    expect(describeState({ ...ceiling, state: 'stopped', decidedBy: 'ceiling' })).toContain('Stopped by the ceiling');
  });

  it('say what happens without an answer', () => {
    expect(describeQuestion({ defaultAnswer: 'stop', concerned: 1 }, '9:59')).toBe(
      'Without an answer, 1 destination on air stops in 9:59.',
    );
    expect(describeQuestion({ defaultAnswer: 'keep', concerned: 3 }, '0:10')).toContain('everything keeps running');
  });
});

describe('the bar of a ceiling', () => {
  it('shows what is spent and committed as shares of the ceiling', () => {
    expect(barOf({ amount: 10, limit: 10, spent: 4, committed: 1 })).toEqual({
      spent: 40,
      committed: 10,
      ceiling: 100,
    });
  });

  it('never leaves its frame, and marks a ceiling that is exceeded', () => {
    expect(barOf({ amount: 10, limit: null, spent: 15, committed: 5 })).toEqual({
      spent: 75,
      committed: 25,
      ceiling: 50,
    });
  });
});
