import { describe, expect, it } from 'vitest';
import { HEALTH_REASONS, type HealthCode, type HealthReason } from '../../functions/domain/health-reasons.ts';
import { createSettling, whyNotDelivering } from './delivery.ts';

const running = (code: HealthCode, changes: Partial<HealthReason> = {}) => ({
  destinationId: 'dst_1',
  status: 'running' as const,
  health: {
    ...HEALTH_REASONS[code],
    ...changes,
    code,
    attempt: null,
    nextAttemptAt: null,
    since: null,
    observedAt: null,
  },
});

describe('a running destination', () => {
  it.each(['delivering', 'output_paused', 'slate_shown'] as const)('with the health %s delivers', (code) => {
    expect([createSettling()(running(code)), whyNotDelivering(running(code))]).toEqual([false, null]);
  });

  it.each([
    ['stream_key_rejected', /^the platform refuses the stream key; check the stream key/],
    ['no_source', /^no signal from the encoder; start or check/],
    ['slate_held', /the slate is on air/],
    ['platform_slow', /accepts the stream more slowly/],
  ] as const)('with the health %s is settled and does not deliver', (code, reason) => {
    expect(createSettling()(running(code))).toBe(false);
    expect(whyNotDelivering(running(code))).toMatch(reason);
  });

  it.each(['not_observed', 'connecting', 'first_frames', 'backup_ingest_starting'] as const)(
    'with the health %s is waited for, and does not deliver yet',
    (code) => {
      expect(createSettling()(running(code))).toBe(true);
      expect(whyNotDelivering(running(code))).toBe(HEALTH_REASONS[code].detail);
    },
  );

  it('is no longer waited for once its failure needs a person, or after six minutes', () => {
    expect(createSettling()(running('connecting', { severity: 'fatal' }))).toBe(false);
    let now = 0;
    const isSettling = createSettling(() => now);
    expect(isSettling(running('not_observed'))).toBe(true);
    now = 6 * 60_000 - 1;
    expect(isSettling(running('not_observed'))).toBe(true);
    now += 1;
    expect(isSettling(running('not_observed'))).toBe(false);
  });
});

it('a destination that does not run is judged by its status', () => {
  const idle = { ...running('not_running'), status: 'idle' as const };
  expect([createSettling()(idle), whyNotDelivering(idle)]).toEqual([false, null]);
});
