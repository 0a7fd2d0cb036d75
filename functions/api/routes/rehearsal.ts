import { createRoute, z } from '@hono/zod-openapi';
import type { Destination } from '../../domain/destination.ts';
import { kindOf } from '../../domain/destination-kind.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { REHEARSAL_FAULTS, type Rehearsal, type RehearsalFaultName } from '../rehearsal.ts';
import { RehearsalResource, RehearsalSwitch } from '../schemas/rehearsal.ts';
import { invalidFields } from '../http/validation.ts';
import { findDestination } from '../find-destination.ts';

const tags = ['Rehearsal'];

const list = createRoute({
  method: 'get',
  path: '/api/rehearsal',
  tags,
  summary: 'List the drills: failures Sluice can simulate',
  description: 'Exists on one machine only, not on AWS.',
  request: { query: NoQuery },
  responses: { 200: answers(RehearsalResource, 'All drills'), ...problems() },
});

const change = createRoute({
  method: 'post',
  path: '/api/rehearsal',
  tags,
  summary: 'Start or stop a drill',
  request: { query: NoQuery, body: takes(RehearsalSwitch) },
  responses: { 200: answers(RehearsalResource, 'All drills'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

const end = createRoute({
  method: 'delete',
  path: '/api/rehearsal',
  tags,
  summary: 'Stop all drills',
  request: { query: NoQuery },
  responses: {
    200: answers(RehearsalResource, 'All drills, none of them running'),
    ...problems(...WRITE_PROBLEMS),
  },
});

/** For the typed client. */
export type RehearsalRoutes = typeof list | typeof change | typeof end;

/** Drills, available on one machine only. */
export function registerRehearsal(api: Api, deps: ApiDeps, rehearsal: Rehearsal): void {
  api.openapi(list, (context) => context.json(present(rehearsal), 200));

  api.openapi(change, async (context) => {
    const { fault, isActive, destinationId } = context.req.valid('json');
    requireScope(fault, destinationId);
    if (destinationId !== undefined) requireChannel(await findDestination(deps, destinationId));
    await rehearsal.switch({ fault, destinationId: destinationId ?? null }, isActive);
    return context.json(present(rehearsal), 200);
  });

  api.openapi(end, async (context) => {
    for (const fault of rehearsal.active()) await rehearsal.switch(fault, false);
    return context.json(present(rehearsal), 200);
  });
}

/** Drills simulate failures of a platform, which an SRT receiver is not. */
function requireChannel(record: Destination): void {
  if (kindOf(record) === 'channel') return;
  throw invalidFields([{ field: 'destinationId', message: 'an SRT destination has no drills: choose another one' }]);
}

function requireScope(fault: RehearsalFaultName, destinationId: string | undefined): void {
  const { scope } = REHEARSAL_FAULTS[fault];
  if ((scope === 'destination') === (destinationId !== undefined)) return;
  const message =
    scope === 'destination' ? `${fault} affects one destination: name it` : `${fault} affects the whole deployment`;
  throw invalidFields([{ field: 'destinationId', message }]);
}

function present(rehearsal: Rehearsal): z.infer<typeof RehearsalResource> {
  const active = rehearsal.active();
  const data = Object.entries(REHEARSAL_FAULTS).map(([name, { scope, label, description }]) => {
    const running = active.filter(({ fault }) => fault === name);
    const destinationIds = running.flatMap(({ destinationId }) => (destinationId === null ? [] : [destinationId]));
    return {
      fault: name as RehearsalFaultName,
      scope,
      label,
      description,
      isActive: running.length > 0,
      destinationIds,
    };
  });
  return { data };
}
