import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useTimeline } from '../api/destinations.ts';
import { formatDuration } from '../ui/format.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { describeSum } from '../costs/money.ts';
import { restartTookMs } from '../destinations/restart-time.ts';

/** The off-air time of a restart, as measured last time, and the minimum cost of a start. */
export function RestartCost({ destination }: { destination: DestinationResource }) {
  const isMoneyShown = useMoneyShown();
  const timeline = useTimeline(destination.destinationId).data;
  const tookMs = timeline ? restartTookMs(timeline) : null;
  const { minimumPerStart, isMinimumComplete } = destination.cost;
  return (
    <>
      off air for{' '}
      {tookMs === null ? 'about a minute' : `at least ${formatDuration(tookMs)}, the length of its last start`}
      {isMoneyShown &&
        minimumPerStart !== null &&
        `; 10-minute minimum per start (${describeSum(minimumPerStart, { isComplete: isMinimumComplete })})`}
      .
    </>
  );
}
