import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useTimeline } from '../api/destinations.ts';
import { formatDuration } from '../presentation/format.ts';
import { describeSum } from '../presentation/money.ts';
import { restartTookMs } from '../presentation/restart-time.ts';

/** How long a restart keeps a destination off air, as measured the last time, and what a start costs at least. */
export function RestartCost({ destination }: { destination: DestinationResource }) {
  const timeline = useTimeline(destination.destinationId).data;
  const tookMs = timeline ? restartTookMs(timeline) : null;
  const { minimumPerStart, isMinimumComplete } = destination.cost;
  return (
    <>
      off air there for {tookMs === null ? 'about a minute' : `about ${formatDuration(tookMs)}, as its last start took`}
      {minimumPerStart !== null &&
        `; every start is charged ten minutes, ${describeSum(minimumPerStart, { isComplete: isMinimumComplete })}`}
      .
    </>
  );
}
