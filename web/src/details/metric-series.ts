/** One value at one time. */
export interface MetricPoint {
  at: string;
  value: number;
}

/** Time window of a graph. */
export const GRAPH_WINDOW_MS = 5 * 60_000;

interface Frame {
  width: number;
  height: number;
  /** Value at the top edge. */
  ceiling: number;
  /** Time at the right edge; the left edge is one window earlier. */
  endMs: number;
}

/** Returns the points of the window with their coordinates in the frame. */
function placed(points: readonly MetricPoint[], { width, height, ceiling, endMs }: Frame) {
  return points
    .map(({ at, value }) => ({
      value,
      x: width - ((endMs - Date.parse(at)) / GRAPH_WINDOW_MS) * width,
      y: height - Math.min(1, value / Math.max(ceiling, Number.EPSILON)) * height,
    }))
    .filter(({ x }) => x >= 0 && x <= width);
}

/** Points further apart than this many periods have a gap between them. */
const GAP_PERIODS = 3;

/** Returns a series as SVG path data, with breaks at missing values. */
export function linePath(points: readonly MetricPoint[], frame: Frame, periodMs: number): string {
  const gapX = ((GAP_PERIODS * periodMs) / GRAPH_WINDOW_MS) * frame.width;
  let before = Number.NEGATIVE_INFINITY;
  let path = '';
  for (const { x, y } of placed(points, frame)) {
    path += `${x - before > gapX ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    before = x;
  }
  return path;
}

/** Returns counts as SVG path data: one vertical stroke per non-zero count. */
export function strokesPath(points: readonly MetricPoint[], frame: Frame): string {
  return placed(points, frame)
    .filter(({ value }) => value > 0)
    .map(({ x, y }) => `M${x.toFixed(1)} ${frame.height}V${Math.min(y, frame.height - 2).toFixed(1)}`)
    .join('');
}

/** Returns the lowest and highest value in the window; null without values. */
export function summarise(points: readonly MetricPoint[], endMs: number) {
  const values = points.filter(({ at }) => endMs - Date.parse(at) <= GRAPH_WINDOW_MS).map(({ value }) => value);
  if (values.length === 0) return null;
  return { lowest: Math.min(...values), highest: Math.max(...values) };
}
