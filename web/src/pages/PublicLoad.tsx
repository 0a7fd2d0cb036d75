import type { PublicPagesResource } from '../../../functions/api/schemas/public-pages.ts';
import { Graph, GraphGrid } from '../details/MetricGraphs.tsx';
import { formatBitrate } from '../ui/format.ts';

const BYTES_PER_MB = 1e6;
const formatCount = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 1 });

/** What the public pages do now: viewers, requests and bytes, and what that takes from this machine. */
export function PublicLoad({ className, load }: { className: string | undefined; load: PublicPagesResource['load'] }) {
  if (!load) return <p className={className}>Their load is not known yet.</p>;
  const { observedAt, periodSeconds, series, viewers, requestsPerSecond, refusedPerSecond, sentBps } = load;
  const common = { endMs: Date.parse(observedAt), periodMs: periodSeconds * 1000, wanted: null };
  return (
    <>
      <GraphGrid>
        <Graph {...common} name="Viewers" points={series.viewers} newest={formatCount(viewers)} format={formatCount} />
        <Graph
          {...common}
          name="Requests per second"
          points={series.requestsPerSecond}
          newest={formatCount(requestsPerSecond)}
          format={formatCount}
        />
        <Graph {...common} name="Sent" points={series.sentBps} newest={formatBitrate(sentBps)} format={formatBitrate} />
      </GraphGrid>
      <p className={className}>
        They take {formatCount(load.processorPercent)} % of a processor core and{' '}
        {Math.round(load.memoryBytes / BYTES_PER_MB)} MB of memory.
        {refusedPerSecond > 0 &&
          ` They refuse ${formatCount(refusedPerSecond)} requests per second, because there are too many at once or all places are taken.`}
      </p>
    </>
  );
}
