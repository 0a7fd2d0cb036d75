import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ATTEMPTS_AT_SECONDS,
  deliveryExecutionOf,
  deliveryIdOf,
  judge,
  newDelivery,
  parseRetryAfter,
  RETRY_AFTER_SECONDS_MAX,
  targetOfDelivery,
  withAttempt,
  type Delivery,
  type SendResult,
} from './delivery.ts';
import { testEvent } from './webhook-events.ts';

const NOW = new Date('2026-11-21T18:00:00.000Z');
const TARGET_ID = 'tgt_01k8m3v0s5n2q8w4x6y7z9a1bc';
const event = testEvent(TARGET_ID, 'Studio', NOW);
const answered = (status: number | null, changes: Partial<SendResult> = {}): SendResult => ({
  at: NOW.toISOString(),
  status,
  error: status === null ? 'timeout' : null,
  durationMs: 12,
  answer: '',
  retryAfterSeconds: null,
  isFinal: false,
  ...changes,
});
const judged = (status: number | null, changes: Partial<SendResult> = {}, attempts = 1) =>
  judge(answered(status, changes), { attempts, createdAt: NOW.toISOString(), now: NOW, random: 0 });

describe('the id of a delivery', () => {
  it('is the same for the same event and target, names its target and fits an execution', () => {
    const id = deliveryIdOf(TARGET_ID, event);
    expect(deliveryIdOf(TARGET_ID, event)).toBe(id);
    expect(deliveryIdOf(TARGET_ID, event, 'again')).not.toBe(id);
    expect(deliveryIdOf('tgt_01k8m3v0s5n2q8w4x6y7z9a1bd', event)).not.toBe(id);
    expect(targetOfDelivery(id)).toBe(TARGET_ID);
    expect(targetOfDelivery('dlv_x')).toBeNull();
    expect(deliveryExecutionOf({ deliveryId: id, execution: 999_999 }).length).toBeLessThanOrEqual(80);
  });

  it('sorts by the time of the event', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 41 }), fc.integer({ min: 0, max: 2 ** 41 }), (one, other) => {
        const idAt = (ms: number) => deliveryIdOf(TARGET_ID, { eventId: 'e', at: new Date(ms).toISOString() });
        expect(Math.sign(one - other)).toBe(idAt(one) < idAt(other) ? -1 : idAt(one) > idAt(other) ? 1 : 0);
      }),
    );
  });
});

describe('an answer', () => {
  it.each([200, 201, 204, 299])('%i ends the delivery', (status) => {
    expect(judged(status)).toEqual({ next: 'delivered' });
  });

  it.each([100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503, null])('%s is tried again', (status) => {
    expect(judged(status)).toEqual({ next: 'retry', at: new Date(NOW.getTime() + 5000) });
  });

  it('410 disables the target', () => {
    expect(judged(410)).toEqual({ next: 'disable' });
  });

  it('that is final ends the delivery at once', () => {
    expect(judged(550, { isFinal: true })).toEqual({ next: 'failed' });
  });

  it.each([
    [0, 5],
    [4, 5],
    [60, 60],
    [RETRY_AFTER_SECONDS_MAX, RETRY_AFTER_SECONDS_MAX],
    [RETRY_AFTER_SECONDS_MAX + 1, RETRY_AFTER_SECONDS_MAX],
    [999_999_999, RETRY_AFTER_SECONDS_MAX],
  ])('that asks for a pause of %i seconds gets %i', (retryAfterSeconds, seconds) => {
    expect(judged(503, { retryAfterSeconds })).toEqual({ next: 'retry', at: new Date(NOW.getTime() + seconds * 1000) });
  });
});

describe('the schedule', () => {
  it('begins at once, grows, and ends after 24 hours', () => {
    expect(ATTEMPTS_AT_SECONDS[0]).toBe(0);
    expect(ATTEMPTS_AT_SECONDS.at(-1)).toBe(86_400);
    expect(ATTEMPTS_AT_SECONDS.toSorted((one, other) => one - other)).toEqual([...ATTEMPTS_AT_SECONDS]);
  });

  it('ends whatever receivers answer, with every attempt recorded and none before it is due', () => {
    const status = fc.constantFrom(200, 302, 401, 410, 429, 500, null);
    const answer = fc.record({
      status,
      pause: fc.option(fc.nat(100_000)),
      lateMs: fc.nat(10_000_000),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(answer, { minLength: 20, maxLength: 20 }), (answers) => {
        let delivery: Delivery = newDelivery({ targetId: TARGET_ID, name: 'Studio' }, event, NOW);
        let sent = 0;
        for (const { status: of, pause, lateMs, random } of answers) {
          if (delivery.state !== 'pending') break;
          const now = new Date(Date.parse(delivery.nextAttemptAt!) + lateMs);
          ({ delivery } = withAttempt(delivery, answered(of, { retryAfterSeconds: pause }), { now, random }));
          sent += 1;
          const nextMs = delivery.nextAttemptAt === null ? Infinity : Date.parse(delivery.nextAttemptAt);
          expect(nextMs).toBeGreaterThan(now.getTime());
        }
        expect(delivery.state).not.toBe('pending');
        expect(delivery.attempts).toHaveLength(sent);
        expect(sent).toBeLessThanOrEqual(ATTEMPTS_AT_SECONDS.length);
        expect([delivery.nextAttemptAt, delivery.endedAt === null]).toEqual([null, false]);
      }),
    );
  });
});

describe('Retry-After', () => {
  it.each([
    ['120', 120],
    ['Sat, 21 Nov 2026 18:01:00 GMT', 60],
    ['Sat, 21 Nov 2026 17:00:00 GMT', 0],
    ['-5', null],
    ['soon', null],
    ['2026-11-21', null],
    ['1e9', null],
    [undefined, null],
  ])('%s is %s seconds', (value, seconds) => {
    expect(parseRetryAfter(value, NOW)).toBe(seconds);
  });
});
