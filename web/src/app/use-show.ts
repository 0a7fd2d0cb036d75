import { useDestinations } from '../api/destinations.ts';
import { useFlow } from '../api/flow.ts';
import { snapshotPollMs } from '../api/pace.ts';
import { problemOf } from '../api/request.ts';
import { useStaleness } from './use-staleness.ts';

/** Returns the state of the show and its age; all pages share one poll. */
export function useShow() {
  const list = useDestinations();
  const flow = useFlow();
  const pollMs = snapshotPollMs();
  const listAge = useStaleness(list.dataUpdatedAt, pollMs);
  const flowAge = useStaleness(flow.dataUpdatedAt, pollMs);
  // One lost poll makes everything stale, so that nothing stays green under a connection lost notice.
  const lost = listAge.lost || flowAge.lost;
  return {
    destinations: list.data,
    flow: flow.data,
    /** Too old to be shown as current. */
    destinationsStale: listAge.stale || lost,
    flowStale: flowAge.stale || lost,
    lost,
    ageMs: Math.max(listAge.ageMs, flowAge.ageMs),
    problem: problemOf(list.error) ?? problemOf(flow.error),
  };
}
