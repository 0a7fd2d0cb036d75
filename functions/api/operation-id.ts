/** The operation ids of the OpenAPI document, which generated clients use as names of their functions. */

/** Calls whose path does not say what they do. */
const NAMED: Readonly<Record<string, string>> = {
  'POST /api/session': 'signIn',
  'DELETE /api/session': 'signOut',
  'GET /api/health': 'getHealth',
  'GET /api/status.txt': 'getStatusText',
  'GET /metrics': 'getMetrics',
  'PUT /api/destinations/by-reference/{reference}': 'upsertDestination',
  'POST /api/destinations/show-slate': 'showSlateOnDestinations',
  'POST /api/destinations/end-slate': 'endSlateOnDestinations',
  'POST /api/destinations/{destinationId}/show-slate': 'showSlateOnDestination',
  'POST /api/destinations/{destinationId}/end-slate': 'endSlateOnDestination',
  'POST /api/group-starts/plan': 'planGroupStart',
  'POST /api/incident-mutes': 'muteIncidents',
  'POST /api/incidents/{incidentId}/comments': 'commentOnIncident',
  'POST /api/estimates': 'estimateCost',
  'POST /api/export': 'exportDeployment',
  'POST /api/import': 'importDeployment',
  'POST /api/preflight': 'checkDestinations',
  'POST /api/shows/{showId}/chat/actions': 'moderateChat',
  'GET /api/shows/{showId}/chat/actions': 'listModerationLog',
  'GET /api/shows/{showId}/chat/messages': 'listChatMessages',
  'POST /api/shows/{showId}/preflight': 'checkShow',
  'POST /api/rehearsal': 'changeDrill',
  'DELETE /api/rehearsal': 'stopDrills',
  'GET /api/rehearsal': 'listDrills',
  'GET /api/mediaconnect/flow/status': 'getSource',
  'POST /api/mediaconnect/flow/start': 'startSource',
  'POST /api/mediaconnect/flow/stop': 'stopSource',
  'POST /api/mediaconnect/flow/switch': 'switchSource',
  'PUT /api/mediaconnect/flow/preferred-source': 'setPreferredSource',
  'GET /api/mediaconnect/flow/encoder-address': 'getEncoderAddress',
  'GET /api/mediaconnect/flow/thumbnail': 'getSourcePicture',
  'POST /api/notification-targets/{targetId}/rotate-secret': 'rotateSigningSecret',
  'POST /api/notification-targets/{targetId}/test': 'testNotificationTarget',
  'POST /api/shows/{showId}/cancel-series': 'cancelSeries',
  'POST /api/shows/{showId}/go-live': 'goLive',
  'POST /api/shows/{showId}/take-over': 'takeOverShow',
};

const VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'set',
  PATCH: 'change',
  DELETE: 'delete',
};

/**
 * Returns the id of a route: verb and resource, such as `listShows`, `getShowReport` or `startDestination`.
 * @param route method and path as in the document
 * @param isList true when it answers with a list
 */
export function operationIdOf(route: string, isList: boolean): string {
  const named = NAMED[route];
  if (named !== undefined) return named;
  const [method, path] = route.split(' ') as [string, string];
  const segments = path.split('/').slice(2);
  // An action is a word after a resource: `POST …/shows/{showId}/hold`.
  const isAction = method === 'POST' && segments.length > 1;
  const verb = isAction ? toCamel(segments.pop()!) : method === 'GET' && isList ? 'list' : VERBS[method]!;
  const isOfOne = (index: number) => isParameter(segments[index + 1]) || (method === 'POST' && !isAction);
  const names = segments.map((segment, index) => (isParameter(segment) ? '' : nameOf(segment, isOfOne(index))));
  return verb + names.join('');
}

const isParameter = (segment: string | undefined): boolean => segment?.startsWith('{') ?? false;

function nameOf(segment: string, isOfOne: boolean): string {
  const words = toCamel(segment);
  const name = words[0]!.toUpperCase() + words.slice(1);
  return isOfOne ? toSingular(name) : name;
}

function toSingular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/s$/, '');
}

function toCamel(segment: string): string {
  return segment.replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase());
}
