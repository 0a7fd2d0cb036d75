import { pollIntervalMs, useDestinations } from '../api/destinations.ts';
import { flowPollIntervalMs, useFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { useStaleness } from './use-staleness.ts';

/** The state of the show and how far it may be trusted; every page asks the same, and it is fetched once. */
export function useShow() {
  const list = useDestinations();
  const flow = useFlow();
  const listAge = useStaleness(list.dataUpdatedAt, pollIntervalMs(list.data));
  const flowAge = useStaleness(flow.dataUpdatedAt, flowPollIntervalMs(flow.data));
  // One that is lost makes all of it doubtful: nothing stays green under a notice that the connection is lost.
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
