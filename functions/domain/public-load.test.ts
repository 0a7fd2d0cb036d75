import { expect, it } from 'vitest';
import { createPublicLoadLog, type PublicLoadReading } from './public-load.ts';

const PERIOD_MS = 15_000;
const at = (seconds: number) => new Date(Date.UTC(2026, 11, 4, 12, 0, seconds));
const reading = (changes: Partial<PublicLoadReading> = {}): PublicLoadReading => ({
  ...{ viewers: 0, requests: 0, refused: 0, sentBytes: 0, processorSeconds: 0, memoryBytes: 0 },
  ...changes,
});

it('returns averages between two readings, and what is now', () => {
  const log = createPublicLoadLog(PERIOD_MS);
  log.take(reading({ viewers: 9, requests: 1_000, refused: 5, sentBytes: 1e6, processorSeconds: 3 }), at(0));
  expect(log.read(at(0))).toBeNull();
  const second = { viewers: 3, requests: 1_150, refused: 20, sentBytes: 4e6, processorSeconds: 6, memoryBytes: 7 };
  log.take(reading(second), at(15));
  expect(log.read(at(16))).toEqual({
    ...{ observedAt: at(15).toISOString(), periodSeconds: 15, viewers: 3, memoryBytes: 7 },
    ...{ requestsPerSecond: 10, refusedPerSecond: 1, sentBps: 1_600_000, processorPercent: 20 },
    series: {
      viewers: [{ at: at(15).toISOString(), value: 3 }],
      requestsPerSecond: [{ at: at(15).toISOString(), value: 10 }],
      sentBps: [{ at: at(15).toISOString(), value: 1_600_000 }],
    },
  });
});

it('knows nothing of a process that has said nothing for three periods', () => {
  const log = createPublicLoadLog(PERIOD_MS);
  log.take(reading(), at(0));
  log.take(reading(), at(15));
  expect(log.read(at(60))).not.toBeNull();
  expect(log.read(at(61))).toBeNull();
});

it('keeps five minutes', () => {
  const log = createPublicLoadLog(PERIOD_MS);
  for (let second = 0; second <= 600; second += 15) log.take(reading({ requests: second }), at(second));
  const { series } = log.read(at(600))!;
  expect(series.viewers).toHaveLength(21);
  expect(series.viewers[0]!.at).toBe(at(300).toISOString());
});

it('says nothing of the time between two processes, or in which the clock was set back', () => {
  const log = createPublicLoadLog(PERIOD_MS);
  log.take(reading({ requests: 100 }), at(0));
  log.restart();
  log.take(reading({ requests: 7 }), at(15));
  expect(log.read(at(15))).toBeNull();
  log.take(reading({ requests: 9 }), at(10));
  expect(log.read(at(15))).toBeNull();
});
