import { describe, expect, it } from 'vitest';
import { getPrices } from '../../presets/prices.ts';
import { makeRecord, OTHER_ID } from '../../test/support/api.ts';
import { makeShow, makeShowDestination } from '../../test/support/make-show.ts';
import type { AtLimit, CeilingCourse, ShowCeiling } from './ceiling.ts';
import { DEFAULT_DECLARED_INPUT } from './declared-input.ts';
import { forHours, priceOfRunning, settingsOf } from './cost.ts';
import { checkShowCeiling } from './preflight-show-ceiling.ts';
import type { Pricing } from './pricing.ts';
import type { Show } from './show.ts';
import { spendingOfShow } from './spending.ts';

const pricing: Pricing = {
  prices: getPrices('us-east-1'),
  region: 'us-east-1',
  declaredInput: DEFAULT_DECLARED_INPUT,
};
const record = makeRecord();
const { destinationId } = record;
const START = Date.parse('2026-12-06T10:00:00.000Z');
const MINUTE = 1 / 60;

/** What the destination costs, in micro-dollars. */
const costOf = (hours: number) => forHours(priceOfRunning(pricing, settingsOf(record)), hours).microUsd!;

interface Given {
  atLimit?: AtLimit;
  spared?: string[];
  state?: CeilingCourse['state'];
  /** After the planned start. */
  minutes?: number;
  isPriced?: boolean;
  show?: Partial<Show>;
}

/** Checks a ceiling of a show of one hour with one destination, before it starts. */
function check(microUsd: number, given: Given = {}) {
  const { atLimit = { action: 'stop' }, minutes = -60, isPriced = true, show, spared = [], state } = given;
  const by = { since: '', by: '', answerDueAt: null, keptUntilMicroUsd: null };
  const course: CeilingCourse | null = state ? { periodStart: 'show', state, ...by } : null;
  const ceiling: ShowCeiling = { period: 'show', microUsd, atLimit, spared, course };
  const planned = makeShow({ destinations: [makeShowDestination(destinationId)], ...show });
  const now = new Date(START + minutes * 60_000);
  const spending = spendingOfShow(pricing, { mentions: [], records: [] }, new Map(), now);
  return checkShowCeiling(
    { ...planned, ceiling },
    { chosen: [record], now, pricing: isPriced ? pricing : { ...pricing, prices: undefined }, spending },
  );
}

describe('the check of a show’s own ceiling', () => {
  const [hour, withStop] = [costOf(1), costOf(1 + 6 * MINUTE)];

  it('passes when the ceiling does not act before the planned end, to the micro-dollar', () => {
    expect(check(withStop).state).toBe('passed');
    expect(check(withStop - 1)).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('may act in the last 6 minutes'),
    });
    expect(check(hour).state).toBe('warning');
    expect(check(hour - 1).state).toBe('failed');
  });

  it('says the figures and what to do', () => {
    const usd = (microUsd: number) => (microUsd / 1e6).toFixed(2);
    expect(check(hour / 2)).toEqual({
      state: 'failed',
      detail: expect.stringMatching(
        new RegExp(
          `^The show ceiling of ${usd(hour / 2)} USD will be reached: about ${usd(hour)} USD for what is planned`,
        ),
      ),
      remedy: 'Raise the ceiling of the show, plan an earlier end, or leave destinations out.',
    });
  });

  it('counts a question, which is asked so much earlier', () => {
    const ask: AtLimit = { action: 'ask', countdownMinutes: 10, defaultAnswer: 'stop' };
    expect(check(costOf(1 + 16 * MINUTE), { atLimit: ask }).state).toBe('passed');
    expect(check(costOf(1 + 15 * MINUTE), { atLimit: ask }).state).toBe('warning');
  });

  it('warns of one that stops nothing: because it only warns, and because all are spared', () => {
    expect(check(hour - 1, { atLimit: { action: 'warn' } }).state).toBe('warning');
    expect(check(hour, { atLimit: { action: 'warn' } }).state).toBe('passed');
    expect(check(hour - 1, { spared: [destinationId] }).state).toBe('warning');
  });

  it('fails below what the destinations cost before anything can be stopped', () => {
    expect(check(10_000)).toMatchObject({ state: 'failed', detail: expect.stringContaining('is below') });
  });

  it('counts only the time that is left, and destinations from their own second on', () => {
    const onAir = makeShowDestination(destinationId, { startRequestedAt: '2026-12-06T10:00:00.000Z' });
    expect(check(costOf(0.5 + 6 * MINUTE), { minutes: 30, show: { destinations: [onAir] } }).state).toBe('passed');
    const late = makeShowDestination(destinationId, { offsetSeconds: 1800 });
    expect(check(costOf(0.5 + 6 * MINUTE), { show: { destinations: [late] } }).state).toBe('passed');
    const over = { ...onAir, stopRequestedAt: '2026-12-06T10:20:00.000Z' };
    expect(check(10_000, { minutes: 30, show: { destinations: [over] } }).state).toBe('passed');
    const gone = makeShowDestination(OTHER_ID);
    expect(check(withStop, { show: { destinations: [makeShowDestination(destinationId), gone] } }).state).toBe(
      'passed',
    );
  });

  it('counts twelve hours without a planned end, and says so', () => {
    const endless = check(hour * 3, { show: { endsAt: null, localEnd: null, endRule: 'hand' } });
    expect(endless.state).toBe('failed');
    expect(endless.detail).toContain('without a planned end, 12 hours are counted');
  });

  it('follows what the ceiling has done already', () => {
    expect(check(hour * 3, { state: 'stopped' }).state).toBe('failed');
    expect(check(hour / 2, { state: 'kept' }).state).toBe('passed');
  });

  it('is not possible without prices', () => {
    expect(check(hour, { isPriced: false }).state).toBe('not_possible');
  });
});
