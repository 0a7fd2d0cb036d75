import { randomUUID } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { getDestination } from '../../aws/destination-table.ts';
import { deleteMute, putMute, readIncidentCircumstances } from '../../aws/incident-settings-table.ts';
import { AppError, type FieldError } from '../../domain/errors.ts';
import type { IncidentMute } from '../../domain/incident-settings.ts';
import { DAY_MS } from '../../domain/utc-day.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { invalidFields } from '../http/validation.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { CreateIncidentMute, IncidentMuteList, IncidentMuteResource, MuteId } from '../schemas/incidents.ts';

const tags = ['Incidents'];
const DAYS_MAX = 31;

const list = createRoute({
  method: 'get',
  path: '/api/incident-mutes',
  tags,
  summary: 'List the mutes in force',
  request: { query: NoQuery },
  responses: { 200: answers(IncidentMuteList, 'The mutes'), ...problems(503) },
});

const create = createRoute({
  method: 'post',
  path: '/api/incident-mutes',
  tags,
  summary: 'Mute incidents of a destination, a group or a rule until a time',
  description: 'Incidents that match every given scope still open and are shown, and send no notifications.',
  request: { query: NoQuery, body: takes(CreateIncidentMute) },
  responses: { 201: answers(IncidentMuteResource, 'The mute'), ...problems(...WRITE_PROBLEMS, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/incident-mutes/{muteId}',
  tags,
  summary: 'End a mute',
  request: { params: z.object({ muteId: MuteId }), query: NoQuery },
  responses: { 204: { description: 'It has ended' }, ...problems(...WRITE_PROBLEMS, 404, 503) },
});

/** For the typed client. */
export type IncidentMutesRoutes = typeof list | typeof create | typeof remove;

/** Mutes of incidents. */
export function registerIncidentMutes(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const { mutes } = (await readIncidentCircumstances(deps)).settings;
    const data = mutes.filter(({ until }) => Date.parse(until) > deps.now().getTime());
    return context.json({ data: data.map((mute) => ({ ...mute })) }, 200);
  });

  api.openapi(create, async (context) => {
    const { destinationId = null, group = null, rule = null, until, reason } = context.req.valid('json');
    const now = deps.now();
    const errors: FieldError[] = [];
    const aheadMs = Date.parse(until) - now.getTime();
    if (aheadMs <= 0) errors.push({ field: 'until', message: 'must be in the future' });
    if (aheadMs > DAYS_MAX * DAY_MS) errors.push({ field: 'until', message: `must be at most ${DAYS_MAX} days ahead` });
    if (destinationId === null && group === null && rule === null) {
      errors.push({ field: 'rule', message: 'at least one of destinationId, group and rule is needed' });
    }
    if (destinationId !== null && (await getDestination(deps, destinationId)) === null) {
      errors.push({ field: 'destinationId', message: 'there is no such destination' });
    }
    if (errors.length > 0) throw invalidFields(errors);
    const mute: IncidentMute = {
      muteId: `mut_${randomUUID().replaceAll('-', '')}`,
      destinationId,
      group,
      rule,
      until: new Date(until).toISOString(),
      by: context.get('principal').id,
      reason,
      createdAt: now.toISOString(),
    };
    await putMute(deps, mute);
    return context.json({ ...mute }, 201);
  });

  api.openapi(remove, async (context) => {
    const { muteId } = context.req.valid('param');
    if (await deleteMute(deps, muteId)) return context.body(null, 204);
    throw new AppError('not_found', {
      detail: 'there is no mute with this id',
      remedy: 'GET /api/incident-mutes lists the mutes in force',
    });
  });
}
