interface MetricPoint {
  at: string;
  value: number;
}

/** A series with times as SVG path data, first point at the left edge, last at the right. */
export function seriesPath(
  points: readonly MetricPoint[],
  { width, height, ceiling }: { width: number; height: number; ceiling: number },
): string {
  const times = points.map((point) => Date.parse(point.at));
  const first = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - first);
  return points
    .map(({ value }, index) => {
      const x = (((times[index] ?? first) - first) / span) * width;
      const y = height - Math.min(1, value / Math.max(1, ceiling)) * height;
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
