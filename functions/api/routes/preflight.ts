import { createRoute, z } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { getPreflight } from '../../aws/preflight-table.ts';
import type { Destination } from '../../domain/destination.ts';
import { AppError } from '../../domain/errors.ts';
import { isPrimary } from '../../domain/lifecycle.ts';
import type { Preflight } from '../../domain/preflight.ts';
import { isOpen } from '../../domain/show.ts';
import { runPreflight } from '../../workflow/preflight.ts';
import { preflightShow } from '../../workflow/show-preflight.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { findShow } from '../find-show.ts';
import { invalidFields } from '../http/validation.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { PreflightInput, PreflightResource } from '../schemas/preflight.ts';
import { ShowId } from '../schemas/shows.ts';

const tags = ['Shows'];
const params = z.object({ showId: ShowId });
const ofShow = '/api/shows/{showId}/preflight';

const DESCRIPTION =
  'Changes nothing. Servers are tested as far as their answer to RTMP’s connect: nothing is published, and no stream key is sent. A destination on air is not tested.';

/** The gateway on AWS waits 30 seconds. */
const TEST_MS = 20_000;

const ofChosen = createRoute({
  method: 'post',
  path: '/api/preflight',
  tags,
  summary: 'Check destinations before they start',
  description: DESCRIPTION,
  request: { query: NoQuery, body: takes(PreflightInput) },
  responses: { 200: answers(PreflightResource, 'What was found'), ...problems(...WRITE_PROBLEMS, 503) },
});

const run = createRoute({
  method: 'post',
  path: ofShow,
  tags,
  summary: 'Check a show before it starts',
  description: `${DESCRIPTION} The result is kept with the show. The run sheet does the same 60 and 10 minutes before the start.`,
  request: { params, query: NoQuery },
  responses: { 200: answers(PreflightResource, 'What was found'), ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

const get = createRoute({
  method: 'get',
  path: ofShow,
  tags,
  summary: 'Get the newest preflight of a show',
  request: { params, query: NoQuery },
  responses: { 200: answers(PreflightResource, 'What was found then'), ...problems(404, 503) },
});

/** For the typed client. */
export type PreflightRoutes = typeof ofChosen | typeof run | typeof get;

/** Preflights, on request. */
export function registerPreflight(api: Api, deps: ApiDeps): void {
  api.openapi(ofChosen, async (context) => {
    const chosen = await requireChosen(deps, context.req.valid('json').destinationIds);
    const requestedBy = context.get('principal').id;
    const request = { requestedBy, occasion: 'request', chosen, planned: null, testMs: TEST_MS } as const;
    return context.json(await runPreflight(deps, request), 200);
  });

  api.openapi(run, async (context) => {
    const show = await findShow(deps, context.req.valid('param').showId);
    if (!isOpen(show)) {
      throw new AppError('illegal_transition', {
        detail: `cannot check: the show is ${show.state}`,
        remedy: 'duplicate the show to plan it again',
      });
    }
    const requestedBy = context.get('principal').id;
    return context.json(await preflightShow(deps, show, { requestedBy, occasion: 'request', testMs: TEST_MS }), 200);
  });

  api.openapi(get, async (context) => {
    const { showId } = await findShow(deps, context.req.valid('param').showId);
    return context.json(requireChecked(await getPreflight(deps, showId), showId), 200);
  });
}

function requireChecked(found: Preflight | null, showId: string): Preflight {
  if (found) return found;
  throw new AppError('not_found', {
    detail: `show ${showId} has not been checked yet`,
    remedy: `POST /api/shows/${showId}/preflight checks it`,
  });
}

/** @throws {AppError} `validation_failed` naming each entry that cannot be checked */
async function requireChosen(deps: ApiDeps, ids: readonly string[]): Promise<Destination[]> {
  const records = new Map((await listAllDestinations(deps)).map((record) => [record.destinationId, record]));
  const errors = ids.flatMap((destinationId, index) => {
    const message = refusalOf(records.get(destinationId), destinationId, ids.indexOf(destinationId) < index);
    return message === null ? [] : [{ field: `destinationIds.${index}`, message }];
  });
  if (errors.length > 0) throw invalidFields(errors);
  return ids.map((destinationId) => records.get(destinationId)!);
}

function refusalOf(record: Destination | undefined, destinationId: string, isRepeated: boolean): string | null {
  if (isRepeated) return `${destinationId} is listed twice: list it once`;
  if (record === undefined || record.desired === 'deleted') {
    return `${destinationId} is no destination: GET /api/destinations lists all`;
  }
  return isPrimary(record) ? 'the preview has no platform to check: leave it out' : null;
}
