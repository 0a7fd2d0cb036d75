import { describe, expect, it } from 'vitest';
import { GRAPH_WINDOW_MS, linePath, strokesPath, summarise } from './metric-series.ts';

const END = Date.parse('2026-11-21T18:00:00.000Z');
const point = (secondsAgo: number, value: number) => ({ at: new Date(END - secondsAgo * 1000).toISOString(), value });
const FRAME = { width: 300, height: 10, ceiling: 10, endMs: END };

describe('linePath', () => {
  it('places points by time in a window of five minutes, clamped to the top', () => {
    expect(linePath([point(2, 5), point(1, 99), point(0, 0)], FRAME, 1000)).toBe('M298.0 5.0L299.0 0.0L300.0 10.0');
  });

  it('breaks at missing values', () => {
    expect(linePath([point(20, 10), point(19, 10), point(5, 10)], FRAME, 1000)).toBe('M280.0 0.0L281.0 0.0M295.0 0.0');
  });

  it('omits points older than the window', () => {
    expect(linePath([point(GRAPH_WINDOW_MS / 1000 + 1, 5)], FRAME, 1000)).toBe('');
  });
});

describe('strokesPath', () => {
  it('draws a visible stroke for every count', () => {
    expect(strokesPath([point(10, 0), point(5, 0.01), point(0, 10)], FRAME)).toBe('M295.0 10V8.0M300.0 10V0.0');
  });
});

describe('summarise', () => {
  it('is null without values', () => {
    expect(summarise([point(GRAPH_WINDOW_MS / 1000 + 5, 3)], END)).toBeNull();
  });

  it('returns lowest and highest value of the window', () => {
    expect(summarise([point(9, 1), point(5, 7), point(1, 4)], END)).toEqual({ lowest: 1, highest: 7 });
  });
});
