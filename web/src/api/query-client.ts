import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { problemOf } from './request.ts';

/** Keys of everything that is cached. */
export const queryKeys = {
  session: ['session'],
  destinations: ['destinations'],
  bitrates: ['bitrates'],
  destination: (destinationId: string) => ['destination', destinationId],
  metrics: (destinationId: string) => ['metrics', destinationId],
  timeline: (destinationId: string) => ['timeline', destinationId],
  everything: (filter: object) => ['timeline-of-all', filter],
  log: (destinationId: string) => ['log', destinationId],
  operation: (operationId: string) => ['operation', operationId],
  costs: ['costs'],
  estimate: (wanted: object | null) => ['estimate', wanted],
  reports: ['reports'],
  uptime: (from: string) => ['uptime', from],
  service: ['service'],
  leftovers: ['leftovers'],
  flow: ['flow'],
  encoderAddress: (shown: object) => ['encoder-address', shown],
  primary: ['primary'],
  sourcePicture: ['source-picture'],
  presets: ['presets'],
  rehearsal: ['rehearsal'],
} as const;

/** A session can end on the server (a restart, a new token); whoever hears of it first shows the sign-in page. */
function endSessionOn401(error: Error): void {
  if (problemOf(error)?.status === 401) queryClient.setQueryData(queryKeys.session, null);
}

/** Cache of what the API said. Nothing is retried here: polling is the retry, and a change must not be sent twice. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: endSessionOn401 }),
  mutationCache: new MutationCache({ onError: endSessionOn401 }),
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: true, refetchIntervalInBackground: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
