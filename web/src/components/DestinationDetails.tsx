import type { ReactNode } from 'react';
import type { DestinationResource, MetricsResource } from '../../../functions/api/schemas.ts';
import { useMetrics } from '../api/destinations.ts';
import { ApiProblem } from '../api/request.ts';
import { formatBitrate } from '../presentation/format.ts';
import { seriesPath } from '../presentation/metric-series.ts';
import { CopyButton } from './CopyButton.tsx';
import { ProblemText } from './ProblemText.tsx';
import { Timeline } from './Timeline.tsx';
import classes from './DestinationDetails.module.css';

const CHART = { width: 600, height: 64 };

/** What lies behind a row: the last minutes as figures and a curve, and what the destination is made of. */
export function DestinationDetails({ destination }: { destination: DestinationResource }) {
  const running = destination.status === 'running';
  const metrics = useMetrics(destination.destinationId, running);
  return (
    <div className={classes.details}>
      {running && metrics.data && <Chart metrics={metrics.data} targetBitrateBps={destination.targetBitrateBps} />}
      {running && metrics.error instanceof ApiProblem && <ProblemText problem={metrics.error.problem} />}
      <dl className={classes.facts}>
        {running && metrics.data && (
          <>
            <Fact name="Dropped frames, last 5 min">{metrics.data.current.droppedFrames ?? '–'}</Fact>
            <Fact name="Reconnects, last 5 min">{metrics.data.current.reconnects ?? '–'}</Fact>
          </>
        )}
        {destination.rtmpUrl && (
          <Fact name="RTMP URL">
            <Code value={destination.rtmpUrl} label="Copy the RTMP URL" />
          </Fact>
        )}
        <Fact name="While stopped">{destination.standby === 'warm' ? 'Kept ready' : 'Released'}</Fact>
        {destination.mediaLiveChannelId && (
          <Fact name="MediaLive channel">
            <Code value={destination.mediaLiveChannelId} label="Copy the channel id" />
          </Fact>
        )}
        {destination.mediaConnectOutputArn && (
          <Fact name="MediaConnect output">
            <Code value={destination.mediaConnectOutputArn} label="Copy the output ARN" />
          </Fact>
        )}
      </dl>
      <Timeline destinationId={destination.destinationId} />
    </div>
  );
}

function Chart({ metrics, targetBitrateBps }: { metrics: MetricsResource; targetBitrateBps: number | null }) {
  const points = metrics.series.bitrateBps;
  if (points.length < 2) return null;
  const ceiling = Math.max(targetBitrateBps ?? 0, ...points.map((point) => point.value)) * 1.1;
  const path = seriesPath(points, { ...CHART, ceiling });
  const wantedY = targetBitrateBps === null ? null : CHART.height - (targetBitrateBps / ceiling) * CHART.height;
  return (
    <figure className={classes.chart}>
      <svg viewBox={`0 0 ${CHART.width} ${CHART.height}`} preserveAspectRatio="none" aria-hidden="true">
        {wantedY !== null && <path className={classes.wanted} d={`M0 ${wantedY}H${CHART.width}`} />}
        <path className={classes.area} d={`${path}V${CHART.height}H0Z`} />
        <path className={classes.line} d={path} />
      </svg>
      <figcaption>
        Bitrate, last minutes
        {targetBitrateBps !== null && ` · dashed: ${formatBitrate(targetBitrateBps)} wanted`}
      </figcaption>
    </figure>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Code({ value, label }: { value: string; label: string }) {
  return (
    <span className={classes.code}>
      <code title={value}>{value}</code>
      <CopyButton value={value} label={label} />
    </span>
  );
}
