import { describe, expect, it } from 'vitest';
import { createAcknowledgements } from './acknowledgements.ts';

const RATE = 50_000;

/** A stream of 50 kB a second; the server reads until `stopsAtSecond` and acknowledges through `acknowledge`. */
function run(options: { seconds: number; stopsAtSecond?: number; everyBytes?: number; from?: number }) {
  const { seconds, stopsAtSecond = Infinity, everyBytes = 50_000, from = 0 } = options;
  const acknowledgements = createAcknowledgements();
  let acknowledged = 0;
  let longest: number | null = null;
  for (let second = 0; second <= seconds; second += 1) {
    const sent = second * RATE;
    acknowledgements.mark(second * 1000, sent);
    const readBytes = Math.min(sent, (stopsAtSecond - 1) * RATE);
    while (readBytes - acknowledged >= everyBytes) {
      acknowledged += everyBytes;
      acknowledgements.heard((from + acknowledged) % 2 ** 32, sent);
    }
    const overdueMs = acknowledgements.overdueMs(second * 1000, sent);
    if (overdueMs !== null) longest = Math.max(longest ?? 0, overdueMs);
  }
  return { longest, overdueMs: acknowledgements.overdueMs(seconds * 1000, seconds * RATE) };
}

describe('acknowledgements', () => {
  it('prove nothing while there are too few of them', () => {
    expect(run({ seconds: 60, everyBytes: 2_500_000 }).longest).toBeNull();
    expect(run({ seconds: 60, everyBytes: Infinity }).longest).toBeNull();
  });

  it.each([10_000, 50_000, 250_000])('are never overdue at a server that reads, at any step: %d', (everyBytes) => {
    expect(run({ seconds: 300, everyBytes }).longest).toBeLessThanOrEqual(1_000);
  });

  it('show how long a server has not read', () => {
    const { overdueMs } = run({ seconds: 30, stopsAtSecond: 20 });
    expect(overdueMs).toBeGreaterThanOrEqual(7_000);
    expect(overdueMs).toBeLessThanOrEqual(10_000);
  });

  it('continue past the end of the sequence numbers and after a server resets its count', () => {
    expect(run({ seconds: 60, from: 2 ** 32 - 1_000_000 }).longest).toBeLessThanOrEqual(1_000);
    const acknowledgements = createAcknowledgements();
    for (let second = 1; second <= 60; second += 1) {
      acknowledgements.mark(second * 1000, second * RATE);
      acknowledgements.heard(((second % 20) + 1) * RATE, second * RATE);
      expect(acknowledgements.overdueMs(second * 1000, second * RATE) ?? 0).toBeLessThanOrEqual(2_000);
    }
  });

  it('are ignored once a server accepts megabytes without acknowledging any', () => {
    const acknowledgements = createAcknowledgements();
    for (let second = 1; second <= 10; second += 1) {
      acknowledgements.mark(second * 1000, second * RATE);
      acknowledgements.heard(second * RATE, second * RATE);
    }
    acknowledgements.mark(60_000, 30 * 1024 * 1024);
    expect(acknowledgements.overdueMs(70_000, 30 * 1024 * 1024)).toBeNull();
  });
});
