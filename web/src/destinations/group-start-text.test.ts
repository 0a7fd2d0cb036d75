import { describe, expect, it } from 'vitest';
import type { GroupStartResource } from '../../../functions/api/schemas/group-starts.ts';
import { aboutSeconds, countFailed, planText, presentItem, summaryOf } from './group-start-text.ts';

type Item = GroupStartResource['destinations'][number];
const item = (changes: Partial<Item>): Item => ({
  ...{ destinationId: 'dst', name: 'One', isRequired: false, state: 'waiting', detail: null, step: null },
  ...{ startsInSeconds: null, remainingSeconds: null, hasHistory: true, requestedAt: null, startedAt: null },
  ...changes,
});

describe('the words for a group start', () => {
  it('give an estimate in seconds, and in minutes from two minutes on', () => {
    expect([aboutSeconds(80), aboutSeconds(119), aboutSeconds(240)]).toEqual([
      'about 80 s',
      'about 119 s',
      'about 4 min',
    ]);
  });

  it('say in the plan when a destination starts, and mark an estimate without a history', () => {
    expect(planText(item({ startsInSeconds: 0, remainingSeconds: 80 }))).toBe('Starts at once, about 80 s');
    expect(planText(item({ startsInSeconds: 6, remainingSeconds: 186, hasHistory: false }))).toBe(
      'Starts in 6 s, about 3 min, a guess for the first start',
    );
    expect(planText(item({ state: 'skipped', detail: 'it is on air already' }))).toBe('It is on air already');
  });

  it('say what happens now', () => {
    const starting = { state: 'starting', step: 'starting the channel', remainingSeconds: 80 } as const;
    expect(presentItem(item(starting)).detail).toBe('Starting the channel, about 80 s');
    expect(presentItem(item({ ...starting, remainingSeconds: 0 })).detail).toBe('Starting the channel, any moment now');
    expect(presentItem(item({ startsInSeconds: 4 })).detail).toBe('Starts in 4 s');
    expect(presentItem(item({ state: 'failed', detail: 'the key was refused' }))).toMatchObject({
      tone: 'attention',
      detail: 'The key was refused',
    });
  });

  it('count what is done, what failed and what is left', () => {
    const group = {
      ...{ state: 'running', endDetail: null, remainingSeconds: 90 },
      destinations: [item({ state: 'started' }), item({ state: 'failed' }), item({ state: 'waiting' })],
    } as unknown as GroupStartResource;
    expect(summaryOf(group)).toBe('Started 1 of 3, about 90 s left');
    expect(countFailed(group)).toBe(1);
    expect(summaryOf({ ...group, state: 'ending', endDetail: 'stopped by ann' })).toBe('Ending: stopped by ann');
  });
});
