import { describe, expect, it } from 'vitest';
import { makeDestination } from '../../../test/support/make-destination.ts';
import { canEndSlate, canShowSlate, describeSlate, slateRefusal } from './slate-text.ts';

const since = '2026-12-01T18:00:00.000Z';
const nowMs = Date.parse(since) + 20_000;
const inBreak = { reason: 'break', state: 'shown', since, until: null } as const;
const held = { reason: 'source_lost', state: 'shown', since, until: '2026-12-01T18:10:00.000Z' } as const;
const { cost } = makeDestination();
const words = (slate: typeof inBreak | typeof held, perHourRunning: number | null = 1, isMoneyShown = true) =>
  describeSlate(
    { slate, cost: { ...cost, perHourRunning, isComplete: true, isAbout: false } },
    { nowMs, isMoneyShown },
  );

describe('describeSlate', () => {
  it('says how long a break is on air, that it stays, and what an hour costs', () => {
    expect(words(inBreak)).toBe('Slate on air for 20 s · stays until you end it · costs $1.00/h');
  });

  it('shows an unknown price as unknown, and none where amounts are hidden', () => {
    expect(words(inBreak, null)).toMatch(/price unknown$/);
    expect(words(inBreak, 1, false)).not.toContain('$');
  });

  it('says when a destination without a source is stopped, or that it is not', () => {
    const at = new Date(held.until).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    expect(words(held)).toContain(`no source for 20 s · stopped at ${at} if no source returns`);
    expect(words({ ...held, until: null } as never)).toContain('stays until the source returns');
  });

  it('tells a request from a slate that is on air', () => {
    expect(words({ ...inBreak, state: 'showing' } as never)).toMatch(/^Slate requested/);
    expect(words({ ...inBreak, state: 'ending' } as never)).toMatch(/^The picture returns/);
  });
});

it('a break is possible while a channel runs, also over a held slate, and ends once', () => {
  const runs = makeDestination({ status: 'running', kind: 'channel' });
  expect([canShowSlate(runs), canShowSlate({ ...runs, slate: held })]).toEqual([true, true]);
  expect([canEndSlate(runs), canEndSlate({ slate: held })]).toEqual([false, false]);
  const covered = { ...runs, slate: inBreak };
  expect([canShowSlate(covered), canEndSlate(covered)]).toEqual([false, true]);
  expect(canEndSlate({ slate: { ...inBreak, state: 'ending' } })).toBe(false);
  expect(slateRefusal({ ...runs, status: 'idle' })).toBe('only while it is running');
  expect(slateRefusal({ ...runs, kind: 'srt' })).toMatch(/SRT/);
  expect(canShowSlate({ ...runs, primary: true })).toBe(false);
});
