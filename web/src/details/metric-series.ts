/** One value at one time. */
export interface MetricPoint {
  at: string;
  value: number;
}

/** How long back a graph looks. */
export const GRAPH_WINDOW_MS = 5 * 60_000;

interface Frame {
  width: number;
  height: number;
  /** Value at the top edge. */
  ceiling: number;
  /** Time at the right edge; the left edge is one window earlier. */
  endMs: number;
}

/** The points of the window with their places in the frame. */
function placed(points: readonly MetricPoint[], { width, height, ceiling, endMs }: Frame) {
  return points
    .map(({ at, value }) => ({
      value,
      x: width - ((endMs - Date.parse(at)) / GRAPH_WINDOW_MS) * width,
      y: height - Math.min(1, value / Math.max(ceiling, Number.EPSILON)) * height,
    }))
    .filter(({ x }) => x >= 0 && x <= width);
}

/** A gap longer than this many periods is drawn as one: nothing was reported. */
const GAP_PERIODS = 3;

/** A series as SVG path data: a line that breaks where nothing was reported. */
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

/** Counts as SVG path data: one stroke upwards for every time something was counted. */
export function strokesPath(points: readonly MetricPoint[], frame: Frame): string {
  return placed(points, frame)
    .filter(({ value }) => value > 0)
    .map(({ x, y }) => `M${x.toFixed(1)} ${frame.height}V${Math.min(y, frame.height - 2).toFixed(1)}`)
    .join('');
}

/** Lowest and highest of what lies in the window; null when nothing does. */
export function summarise(points: readonly MetricPoint[], endMs: number) {
  const values = points.filter(({ at }) => endMs - Date.parse(at) <= GRAPH_WINDOW_MS).map(({ value }) => value);
  if (values.length === 0) return null;
  return { lowest: Math.min(...values), highest: Math.max(...values) };
}
