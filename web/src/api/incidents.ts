import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';
import { api, bodyOf, endedBy } from './client.ts';
import { knownDestinations } from './destinations.ts';
import { POLL_HIDDEN_MS } from './freshness.ts';
import { snapshotPollMs } from './pace.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { readPart, snapshotQuery } from './snapshot.ts';

const incident = api.incidents[':incidentId'];

interface Watched {
  isHidden: boolean;
  /** A destination should be on air, by the newest poll. */
  isOnAir: boolean;
}

/** Returns the poll interval of open incidents; false: none. A hidden tab is polled while something is on air. */
export function incidentsPollMs({ isHidden, isOnAir }: Watched): number | false {
  if (isHidden) return isOnAir ? POLL_HIDDEN_MS : false;
  return snapshotPollMs();
}

const isOnAir = (): boolean => knownDestinations().some(({ primary, desired }) => !primary && desired === 'running');

/** Reads the incidents without the rest of the snapshot, which a hidden tab does not show. */
async function readAlone(signal: AbortSignal): Promise<IncidentResource[]> {
  return (await bodyOf(api.incidents.$get({ query: { limit: 200 } }, endedBy(signal)))).data;
}

/** Polls the open incidents, also in a hidden tab, whose operator sees only title, sound and notification. */
export function useIncidents() {
  return useQuery({
    ...snapshotQuery('incidents'),
    queryFn: ({ signal }) => (document.hidden ? readAlone(signal) : readPart('incidents')),
    refetchInterval: () => incidentsPollMs({ isHidden: document.hidden, isOnAir: isOnAir() }),
    refetchIntervalInBackground: true,
  });
}

/** How long a page may wait for the open incidents, which decide whether the strip is above it. */
const FIRST_ANSWER_WITHIN_MS = 500;

/** Returns true once the page can be drawn without moving: the open incidents are known, or late. */
export function useIncidentsKnown(): boolean {
  const { isFetched } = useIncidents();
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), FIRST_ANSWER_WITHIN_MS);
    return () => clearTimeout(timer);
  }, []);
  return isFetched || isLate;
}

/** Does something about an incident, and shows the answer at once. */
async function change(send: () => Promise<{ json(): Promise<IncidentResource> }>): Promise<void> {
  await queryClient.cancelQueries({ queryKey: queryKeys.incidents });
  const changed = await bodyOf(send());
  queryClient.setQueryData<IncidentResource[]>(queryKeys.incidents, (list) =>
    list?.map((other) => (other.incidentId === changed.incidentId ? changed : other)),
  );
}

/** Acknowledges an incident, or takes the acknowledgement back. */
export function acknowledgeIncident(incidentId: string, isTaken = true): Promise<void> {
  return change(() => incident[isTaken ? 'acknowledge' : 'unacknowledge'].$post({ param: { incidentId } }));
}

/** Adds a note to an incident. */
export function commentOnIncident(incidentId: string, text: string): Promise<void> {
  return change(() => incident.comments.$post({ param: { incidentId }, json: { text } }));
}
