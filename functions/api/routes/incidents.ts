import { createRoute, z } from '@hono/zod-openapi';
import { getIncident, listResolvedIncidents, listStandingPage } from '../../aws/incident-table.ts';
import { AppError } from '../../domain/errors.ts';
import { bySeverity, isRuleId } from '../../domain/incident-rules.ts';
import {
  acknowledge,
  comment,
  isStanding,
  timeOfIncidentId,
  unacknowledge,
  type Incident,
} from '../../domain/incident.ts';
import { changeIncident } from '../../workflow/change-incident.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { fromPlaceCursor, notACursor, toPlaceCursor } from '../http/paging.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { IncidentComment, IncidentId, IncidentList, IncidentQuery, IncidentResource } from '../schemas/incidents.ts';
import { toIncidentResource } from '../views/incident-resource.ts';

const tags = ['Incidents'];
const params = z.object({ incidentId: IncidentId });

const list = createRoute({
  method: 'get',
  path: '/api/incidents',
  tags,
  summary: 'List incidents',
  description: 'Open incidents are sorted by severity within a page; resolved ones follow, the newest first.',
  request: { query: IncidentQuery },
  responses: { 200: answers(IncidentList, 'One page'), ...problems(503) },
});

const get = createRoute({
  method: 'get',
  path: '/api/incidents/{incidentId}',
  tags,
  summary: 'Get an incident',
  request: { params, query: NoQuery },
  responses: { 200: answers(IncidentResource, 'The incident'), ...problems(404, 503) },
});

const changing = (action: 'acknowledge' | 'unacknowledge', summary: string) =>
  createRoute({
    method: 'post',
    path: `/api/incidents/{incidentId}/${action}`,
    tags,
    summary,
    request: { params, query: NoQuery },
    responses: { 200: answers(IncidentResource, 'The incident'), ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
  });

const addComment = createRoute({
  method: 'post',
  path: '/api/incidents/{incidentId}/comments',
  tags,
  summary: 'Add a comment to an incident',
  request: { params, query: NoQuery, body: takes(IncidentComment) },
  responses: { 201: answers(IncidentResource, 'The incident'), ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

/** For the typed client. */
export type IncidentsRoutes = typeof list | typeof get | typeof addComment | ReturnType<typeof changing>;

/** Incidents, and what a person does about them. */
export function registerIncidents(api: Api, deps: ApiDeps): void {
  const present = (incident: Incident) => toIncidentResource(incident, deps.now());

  api.openapi(list, async (context) => {
    const { state, limit, cursor } = context.req.valid('query');
    const { incidents, next } = await readPage(deps, { state, limit, cursor });
    return context.json({ data: incidents.map(present), nextCursor: next && toPlaceCursor(next) }, 200);
  });

  api.openapi(get, async (context) => {
    const { incidentId } = context.req.valid('param');
    return context.json(present(requireShown(await getIncident(deps, incidentId))), 200);
  });

  api.openapi(changing('acknowledge', 'Acknowledge an incident, which stops its escalation'), async (context) => {
    const { incidentId } = context.req.valid('param');
    const by = context.get('principal').id;
    const change = (before: Incident) => acknowledge(before, { by, now: deps.now() })?.incident ?? null;
    return context.json(present(requireStanding(await changeIncident(deps, incidentId, change))), 200);
  });

  api.openapi(changing('unacknowledge', 'Take an acknowledgement back'), async (context) => {
    const { incidentId } = context.req.valid('param');
    const by = context.get('principal').id;
    const change = (before: Incident) => unacknowledge(before, { by, now: deps.now() })?.incident ?? null;
    return context.json(present(requireStanding(await changeIncident(deps, incidentId, change))), 200);
  });

  api.openapi(addComment, async (context) => {
    const { incidentId } = context.req.valid('param');
    const { text } = context.req.valid('json');
    const by = context.get('principal').id;
    const change = (before: Incident) => comment(before, { by, now: deps.now(), text });
    return context.json(present(requireStanding(await changeIncident(deps, incidentId, change))), 201);
  });
}

/** A place in the list: after a key of the open incidents, or after an id of the resolved ones. */
type Place = ['open' | 'resolved', string | null];

async function readPage(
  deps: ApiDeps,
  { state, limit, cursor }: { state: 'open' | 'resolved' | 'all'; limit: number; cursor: string | undefined },
): Promise<{ incidents: Incident[]; next: Place | null }> {
  const [section, after] =
    cursor === undefined ? [state === 'resolved' ? 'resolved' : 'open', null] : fromCursor(cursor);
  if (section === 'resolved') {
    const { incidents, last } = await listResolvedIncidents(deps, { limit, after, now: deps.now() });
    return { incidents, next: last === null ? null : ['resolved', last] };
  }
  const { incidents, last } = await listStandingPage(deps, { limit, after });
  const shown = incidents.filter((incident) => isRuleId(incident.rule) && isStanding(incident));
  const sorted = shown.toSorted(
    (one, other) => bySeverity(one.severity, other.severity) || Date.parse(one.since) - Date.parse(other.since),
  );
  if (last !== null) return { incidents: sorted, next: ['open', last] };
  return { incidents: sorted, next: state === 'all' ? ['resolved', null] : null };
}

const Cursor = z.tuple([z.enum(['open', 'resolved']), z.string().max(300).nullable()]);

function fromCursor(cursor: string): Place {
  const place = fromPlaceCursor(cursor, Cursor);
  const isUsable = place && (place[0] === 'open' || place[1] === null || timeOfIncidentId(place[1]) !== null);
  if (!isUsable) throw notACursor();
  return place;
}

/** A pending incident is not shown, because it may come to nothing. */
function requireShown(incident: Incident | null): Incident {
  if (incident !== null && incident.state !== 'pending') return incident;
  throw new AppError('not_found', {
    detail: 'there is no incident with this id',
    remedy: 'GET /api/incidents lists them; resolved ones are kept for 13 months',
  });
}

function requireStanding(incident: Incident | null): Incident {
  const shown = requireShown(incident);
  if (isStanding(shown)) return shown;
  throw new AppError('illegal_transition', {
    detail: 'the incident is resolved',
    remedy: 'no action is needed; GET /api/incidents lists the open ones',
    allowedActions: [],
  });
}
