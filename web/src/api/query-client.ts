import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { problemOf } from './request.ts';

/** Keys of the cache. */
export const queryKeys = {
  session: ['session'],
  destinations: ['destinations'],
  groupStarts: ['group-starts'],
  bitrates: ['bitrates'],
  destination: (destinationId: string) => ['destination', destinationId],
  metrics: (destinationId: string) => ['metrics', destinationId],
  timeline: (destinationId: string) => ['timeline', destinationId],
  everything: (filter: object) => ['timeline-of-all', filter],
  log: (destinationId: string) => ['log', destinationId],
  operation: (operationId: string) => ['operation', operationId],
  costs: ['costs'],
  ceilings: ['ceilings'],
  noSourceLimit: ['no-source-limit'],
  estimate: (wanted: object | null) => ['estimate', wanted],
  reports: ['reports'],
  uptime: (from: string) => ['uptime', from],
  incidents: ['incidents'],
  pastIncidents: ['past-incidents'],
  incidentRules: (destinationId: string) => ['incident-rules', destinationId],
  mutes: ['incident-mutes'],
  targets: ['notification-targets'],
  allDeliveries: ['deliveries'],
  deliveries: (targetId: string, limit: number) => ['deliveries', targetId, limit],
  outbox: ['outbox'],
  ruleTitles: ['incident-rule-titles'],
  eventTypes: ['event-types'],
  allShows: ['shows'],
  shows: (state: string) => ['shows', state],
  showsBetween: (from: string, to: string) => ['shows', from, to],
  allPlannedShows: ['planned-show'],
  recordings: ['recordings'],
  recordingSettings: ['recording-settings'],
  plannedShow: (showId: string) => ['planned-show', showId],
  watchLinks: (showId: string) => ['watch-links', showId],
  showChat: (showId: string) => ['show-chat', showId],
  chatMessages: (showId: string, state: string) => ['show-chat', showId, state],
  moderationLog: (showId: string) => ['show-chat', showId, 'log'],
  flags: ['flags'],
  publicPages: ['public-pages'],
  showReport: (showId: string) => ['show-report', showId],
  presence: ['presence'],
  people: ['people'],
  userPool: ['user-pool'],
  accessTokens: ['access-tokens'],
  invitations: ['invitations'],
  invitationPreview: ['invitation-preview'],
  service: ['service'],
  orphans: ['orphans'],
  flow: ['flow'],
  encoderAddress: (shown: object) => ['encoder-address', shown],
  primary: ['primary'],
  sourcePicture: (source: string | undefined) => ['source-picture', source],
  slateImage: ['slate-image'],
  presets: ['presets'],
  rehearsal: ['rehearsal'],
} as const;

/** Shows the sign-in page at the first 401: a session can end on the server, after a restart or with a new token. */
function endSessionOn401(error: Error): void {
  if (problemOf(error)?.status === 401) queryClient.setQueryData(queryKeys.session, null);
}

/** Cache of API answers. It never retries, because polling is the retry and a change must not be sent twice. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: endSessionOn401 }),
  mutationCache: new MutationCache({ onError: endSessionOn401 }),
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: true, refetchIntervalInBackground: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});
