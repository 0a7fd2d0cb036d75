import { describe, expect, it } from 'vitest';
import { restartTookMs } from './restart-time.ts';
import type { TimelineEntry } from '../timeline/timeline-text.ts';

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();
const pair = (operationId: string, from: number, to: number): TimelineEntry[] => [
  { at: at(to), actor: 'workflow', kind: 'operation_ended', code: null, detail: '', operationId },
  { at: at(from), actor: 'a person', kind: 'operation_began', code: null, detail: '', operationId },
];

describe('restartTookMs', () => {
  it('adds the durations of the last finished stop and start', () => {
    const timeline = [
      ...pair('dst_1-start-3', 100, 130),
      ...pair('dst_1-stop-2', 80, 85),
      ...pair('dst_1-start-1', 0, 9),
    ];
    expect(restartTookMs(timeline)).toBe(35_000);
  });

  it('is null before the first finished start', () => {
    expect(restartTookMs([])).toBeNull();
    expect(restartTookMs(pair('dst_1-create-1', 0, 3))).toBeNull();
    expect(restartTookMs(pair('dst_1-start-1', 0, 3).slice(1))).toBeNull();
  });
});
