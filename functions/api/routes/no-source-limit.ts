import { createRoute } from '@hono/zod-openapi';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { getNoSourceLimit, putNoSourceLimit } from '../../aws/no-source-limit-table.ts';
import { isSameAtLimit } from '../../domain/ceiling.ts';
import { PRIMARY_DESTINATION_ID } from '../../domain/destination.ts';
import { AppError } from '../../domain/errors.ts';
import { etagOf, tagsOf } from '../../domain/etag.ts';
import { isPrimary } from '../../domain/lifecycle.ts';
import { answerNoSourceLimit, noSourceCourseOf, type NoSourceLimit } from '../../domain/no-source-limit.ts';
import { noteNoSource, readNoSource, stopUnfed, type NoSource } from '../../workflow/no-source-limit.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { faultsOfSpared, readAtLimit } from '../ceiling-fields.ts';
import { invalidFields } from '../http/validation.ts';
import { AnswerNoSourceLimit, NoSourceLimitResource, SetNoSourceLimit } from '../schemas/no-source-limit.ts';
import { answers, IfMatchHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { presentNoSourceLimit } from '../views/no-source-limit.ts';

const tags = ['Costs'];
const path = '/api/no-source-limit';
const resource = answers(NoSourceLimitResource, 'The limit; its ETag guards a change');

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the no-source limit, and the channels that run without a source',
  request: { query: NoQuery },
  responses: { 200: resource, ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set what happens to channels that run without a source',
  description:
    'Replaces the former limit with all it had decided. What a destination does at the loss of its source, the rule of a live show and the mode of the preview come first.',
  request: { query: NoQuery, headers: IfMatchHeaders, body: takes(SetNoSourceLimit) },
  responses: { 200: resource, ...problems(...WRITE_PROBLEMS, 409, 412, 503) },
});

const answer = createRoute({
  method: 'post',
  path: `${path}/answer`,
  tags,
  summary: 'Keep channels without a source running, or stop them now',
  description:
    'keep stops nothing until the source has returned. The same answer again changes nothing. With If-Match, only the first of two people who answer at once has an effect.',
  request: { query: NoQuery, headers: IfMatchHeaders, body: takes(AnswerNoSourceLimit) },
  responses: { 200: resource, ...problems(...WRITE_PROBLEMS, 409, 412, 503) },
});

/** For the typed client. */
export type NoSourceLimitRoutes = typeof get | typeof put | typeof answer;

/** `/api/no-source-limit`. */
export function registerNoSourceLimit(api: Api, deps: ApiDeps): void {
  const present = async (context: ApiContext) => {
    const found = await readNoSource(deps, await listAllDestinations(deps));
    context.header('ETag', etagOf(found.limit));
    return context.json(presentNoSourceLimit(found), 200);
  };

  api.openapi(get, present);

  api.openapi(put, async (context) => {
    const given = context.req.valid('json');
    const by = context.get('principal').id;
    const { minutes, spared = [] } = given;
    const { atLimit, errors } = readAtLimit(given);
    const records = (await listAllDestinations(deps)).filter((record) => !isPrimary(record));
    const known = new Set(records.map(({ destinationId }) => destinationId));
    errors.push(...faultsOfSpared(spared, known, messageOf));
    if (errors.length > 0) throw invalidFields(errors);
    const before = await getNoSourceLimit(deps);
    const isSame = before.minutes === minutes && isSameAtLimit(before, { atLimit, spared });
    // What was asked for is in force already.
    if (isSame && before.revision > 0) return present(context);
    requireMatch(before, context.req.valid('header')['If-Match']);
    const wanted = { minutes, atLimit, spared, course: null, revision: 0 };
    const stored = await store(deps, before, { ...wanted, changedBy: by, changedAt: deps.now().toISOString() });
    await noteNoSource(deps, stored, { actor: by, detail: settingText(stored) });
    return present(context);
  });

  api.openapi(answer, async (context) => {
    const given = context.req.valid('json').answer;
    const by = context.get('principal').id;
    const found = await readNoSource(deps, await listAllDestinations(deps));
    const { limit: before, unfed } = found;
    const lostSince = requireQuestion(found);
    const after = answerNoSourceLimit(before, { answer: given, lostSince, by }, deps.now());
    if (after !== before) {
      requireMatch(before, context.req.valid('header')['If-Match']);
      const stored = await store(deps, before, after);
      const what = given === 'keep' ? 'keep the channels running until the source returns' : 'stop the channels';
      await noteNoSource(deps, stored, { actor: by, detail: `no source for ${stored.minutes} min: ${what}` });
    }
    // Also when it was stored before: a call that was interrupted is repeated.
    if (given === 'stop') await stopUnfed(deps, unfed, by);
    return present(context);
  });
}

/** @returns since when no source delivers @throws {AppError} `illegal_transition` when there is nothing to answer */
function requireQuestion({ limit, lostSince }: NoSource): string {
  if (lostSince && noSourceCourseOf(limit, lostSince)) return lostSince;
  throw new AppError('illegal_transition', {
    detail: 'the no-source limit asks nothing now',
    remedy: 'read it with GET /api/no-source-limit; stop destinations with POST /api/destinations/stop',
  });
}

async function store(deps: ApiDeps, before: NoSourceLimit, after: NoSourceLimit): Promise<NoSourceLimit> {
  const stored = await putNoSourceLimit(deps, before, after);
  if (stored) return stored;
  throw new AppError('concurrent_change', {
    detail: 'the no-source limit was changed by others at the same time',
    remedy: 'read it again and repeat the change',
    retryAfterSeconds: 1,
  });
}

/** Refuses a change based on another version than the stored one. */
function requireMatch(before: NoSourceLimit, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || tagsOf(ifMatch).includes(etagOf(before))) return;
  throw new AppError('etag_mismatch', {
    detail: 'the no-source limit was changed or answered after you read it',
    remedy: 'read it again with GET /api/no-source-limit, check what changed, and repeat your change',
  });
}

function messageOf(id: string): string {
  return id === PRIMARY_DESTINATION_ID
    ? 'the preview starts and stops by its mode (PUT /api/primary), so leave it out'
    : `there is no destination ${id}`;
}

function settingText({ minutes, atLimit, spared }: NoSourceLimit): string {
  if (minutes === 0) return 'no-source limit turned off';
  const what =
    atLimit.action === 'ask'
      ? `ask for ${atLimit.countdownMinutes} min, then ${atLimit.defaultAnswer}`
      : atLimit.action;
  const rest = spared.length > 0 ? `; ${spared.length} spared` : '';
  return `no-source limit set to ${minutes} min; then: ${what}${rest}`;
}
