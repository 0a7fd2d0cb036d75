import { createRoute, z } from '@hono/zod-openapi';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/contract.ts';
import { REHEARSAL_FAULTS, type Rehearsal, type RehearsalFaultName } from '../rehearsal.ts';
import { RehearsalResource, RehearsalSwitch } from '../schemas/rehearsal.ts';
import { invalidFields } from '../http/validation.ts';
import { findDestination } from './find-destination.ts';

const tags = ['Rehearsal'];

const list = createRoute({
  method: 'get',
  path: '/api/rehearsal',
  tags,
  summary: 'Failures that can be practised, and which are',
  description: 'On one machine only: on AWS this path does not exist.',
  request: { query: NoQuery },
  responses: { 200: answers(RehearsalResource, 'All failures'), ...problems() },
});

const change = createRoute({
  method: 'post',
  path: '/api/rehearsal',
  tags,
  summary: 'Begin or end to practise a failure',
  request: { query: NoQuery, body: takes(RehearsalSwitch) },
  responses: { 200: answers(RehearsalResource, 'All failures'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

const end = createRoute({
  method: 'delete',
  path: '/api/rehearsal',
  tags,
  summary: 'End everything that is practised',
  request: { query: NoQuery },
  responses: {
    200: answers(RehearsalResource, 'All failures, none of them practised'),
    ...problems(...WRITE_PROBLEMS),
  },
});

/** Practising failures, where the place we run in offers it. */
export function registerRehearsal(api: Api, deps: ApiDeps, rehearsal: Rehearsal): void {
  api.openapi(list, (context) => context.json(present(rehearsal), 200));

  api.openapi(change, async (context) => {
    const { fault, isActive, destinationId } = context.req.valid('json');
    requireScope(fault, destinationId);
    if (destinationId !== undefined) await findDestination(deps, destinationId);
    await rehearsal.switch({ fault, destinationId: destinationId ?? null }, isActive);
    return context.json(present(rehearsal), 200);
  });

  api.openapi(end, async (context) => {
    for (const fault of rehearsal.active()) await rehearsal.switch(fault, false);
    return context.json(present(rehearsal), 200);
  });
}

function requireScope(fault: RehearsalFaultName, destinationId: string | undefined): void {
  const { scope } = REHEARSAL_FAULTS[fault];
  if ((scope === 'destination') === (destinationId !== undefined)) return;
  const message =
    scope === 'destination' ? `${fault} is practised on one destination: name it` : `${fault} concerns everything`;
  throw invalidFields([{ field: 'destinationId', message }]);
}

function present(rehearsal: Rehearsal): z.infer<typeof RehearsalResource> {
  const active = rehearsal.active();
  const data = Object.entries(REHEARSAL_FAULTS).map(([name, { scope, label, description }]) => {
    const practised = active.filter(({ fault }) => fault === name);
    const destinationIds = practised.flatMap(({ destinationId }) => (destinationId === null ? [] : [destinationId]));
    return {
      fault: name as RehearsalFaultName,
      scope,
      label,
      description,
      isActive: practised.length > 0,
      destinationIds,
    };
  });
  return { data };
}
