import type { MetricsResource } from '../../../functions/api/schemas/metrics.ts';
import { formatBitrate, formatFrameRate } from '../ui/format.ts';
import { linePath, type MetricPoint, strokesPath, summarise } from './metric-series.ts';
import classes from './MetricGraphs.module.css';

const FRAME = { width: 300, height: 44 };

/** Metrics of the last five minutes: four small graphs, each with a text alternative. */
export function MetricGraphs({ metrics, wantedBps }: { metrics: MetricsResource; wantedBps: number | null }) {
  const { series, current, periodSeconds, observedAt } = metrics;
  const common = { endMs: Date.parse(observedAt), periodMs: periodSeconds * 1000 };
  return (
    <GraphGrid>
      <Graph
        {...common}
        name="Bitrate"
        points={series.bitrateBps}
        newest={formatBitrate(current.bitrateBps)}
        format={formatBitrate}
        wanted={wantedBps}
      />
      <Graph
        {...common}
        name="Frames per second"
        points={series.framesPerSecond}
        newest={formatFrameRate(current.framesPerSecond)}
        format={formatFrameRate}
        wanted={null}
      />
      <Counts {...common} name="Dropped frames" points={series.droppedFrames} total={current.droppedFrames} />
      <Counts {...common} name="Reconnects" points={series.reconnects} total={current.reconnects} />
    </GraphGrid>
  );
}

/** Graphs side by side. */
export function GraphGrid({ children }: { children: React.ReactNode }) {
  return <div className={classes.graphs}>{children}</div>;
}

interface SeriesProps {
  name: string;
  points: readonly MetricPoint[];
  endMs: number;
  periodMs: number;
}

interface GraphProps extends SeriesProps {
  newest: string;
  format: (value: number) => string;
  /** The target, drawn as a dashed line; null without one. */
  wanted: number | null;
}

/** A value over the last five minutes. */
export function Graph({ name, points, newest, format, endMs, periodMs, wanted }: GraphProps) {
  const summary = summarise(points, endMs);
  const ceiling = Math.max(wanted ?? 0, summary?.highest ?? 0) * 1.1;
  const path = linePath(points, { ...FRAME, ceiling, endMs }, periodMs);
  const wantedY = wanted === null ? null : FRAME.height - (wanted / ceiling) * FRAME.height;
  const words = summary
    ? `between ${format(summary.lowest)} and ${format(summary.highest)}${wanted === null ? '' : `, target ${format(wanted)}`}`
    : 'nothing reported';
  return (
    <figure className={classes.graph}>
      <figcaption>
        <span>{name}</span> <b>{newest}</b>
      </figcaption>
      <Picture label={`${name}, last five minutes: ${words}`}>
        {wantedY !== null && <path className={classes.wanted} d={`M0 ${wantedY}H${FRAME.width}`} />}
        <path className={classes.line} d={path} />
      </Picture>
      <small>{words}</small>
    </figure>
  );
}

function Counts({ name, points, total, endMs }: SeriesProps & { total: number | null }) {
  const highest = summarise(points, endMs)?.highest ?? 0;
  const words = total === null ? 'not reported' : total === 0 ? 'none' : `${total} in five minutes`;
  return (
    <figure className={classes.graph} data-tone={total ? 'motion' : undefined}>
      <figcaption>
        <span>{name}</span> <b>{total ?? '–'}</b>
      </figcaption>
      <Picture label={`${name}, last five minutes: ${words}`}>
        <path className={classes.strokes} d={strokesPath(points, { ...FRAME, ceiling: highest, endMs })} />
      </Picture>
      <small>{words}</small>
    </figure>
  );
}

function Picture({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path className={classes.ground} d={`M0 ${FRAME.height}H${FRAME.width}`} />
      {children}
    </svg>
  );
}
