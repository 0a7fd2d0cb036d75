import { createRoute, z } from '@hono/zod-openapi';
import { deleteCeiling, getCeiling, listCeilings, putCeiling } from '../../aws/ceiling-table.ts';
import { listAllDestinations } from '../../aws/destination-table.ts';
import {
  answerCeiling,
  ceilingMinimum,
  formatMicroUsd,
  isSameCeiling,
  type Ceiling,
  type CeilingPeriod as Period,
} from '../../domain/ceiling.ts';
import { answerText } from '../../domain/ceiling-words.ts';
import type { Destination } from '../../domain/destination.ts';
import { AppError, type FieldError } from '../../domain/errors.ts';
import { etagOf, tagsOf } from '../../domain/etag.ts';
import { noteCeiling, stopConcerned } from '../../workflow/ceilings.ts';
import { readSpending } from '../../workflow/read-spending.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { faultOfPriceList, faultsOfSpared, readAtLimit, toMicroUsd } from '../ceiling-fields.ts';
import { invalidFields } from '../http/validation.ts';
import { AnswerCeiling, CeilingList, CeilingPeriod, CeilingResource, SetCeiling } from '../schemas/ceilings.ts';
import { answers, IfMatchHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { presentCeiling } from '../views/ceiling.ts';

const tags = ['Costs'];
const path = '/api/ceilings';
const params = z.object({ period: CeilingPeriod });
const ATTEMPTS_MAX = 3;

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'List the ceilings of the spending',
  description:
    'With what is spent in the present UTC day and month, and what stopping everything now would still cost.',
  request: { query: NoQuery },
  responses: { 200: answers(CeilingList, 'The ceilings that are set'), ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path: `${path}/{period}`,
  tags,
  summary: 'Set a ceiling of the spending',
  description:
    'Replaces the former one with all it had decided. An amount that is spent or committed already is refused, and the answer says what is needed at least.',
  request: { params, query: NoQuery, headers: IfMatchHeaders, body: takes(SetCeiling) },
  responses: {
    200: answers(CeilingResource, 'The ceiling; its ETag guards a change'),
    ...problems(...WRITE_PROBLEMS, 409, 412, 503),
  },
});

const remove = createRoute({
  method: 'delete',
  path: `${path}/{period}`,
  tags,
  summary: 'Remove a ceiling',
  request: { params, query: NoQuery, headers: IfMatchHeaders },
  responses: { 204: { description: 'Removed' }, ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503) },
});

const answer = createRoute({
  method: 'post',
  path: `${path}/{period}/answer`,
  tags,
  summary: 'Keep running, or stop now',
  description:
    'keep stops nothing until the period ends, or up to `amount`, and allows starts again. stop stops everything that is not spared. The same answer again changes nothing. With If-Match, only the first of two people who answer at once has an effect.',
  request: { params, query: NoQuery, headers: IfMatchHeaders, body: takes(AnswerCeiling) },
  responses: {
    200: answers(CeilingResource, 'The ceiling with the answer'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

/** For the typed client. */
export type CeilingsRoutes = typeof list | typeof put | typeof remove | typeof answer;

/** `/api/ceilings`. */
export function registerCeilings(api: Api, deps: ApiDeps): void {
  const present = async (context: ApiContext, ceiling: Ceiling, records: readonly Destination[]) => {
    context.header('ETag', etagOf(ceiling));
    return presentCeiling(ceiling, await readSpending(deps, ceiling.period, records), records, deps.now());
  };

  api.openapi(list, async (context) => {
    const [ceilings, records] = await Promise.all([listCeilings(deps), listAllDestinations(deps)]);
    const data = [];
    for (const ceiling of ceilings) {
      data.push(presentCeiling(ceiling, await readSpending(deps, ceiling.period, records), records, deps.now()));
    }
    return context.json({ currency: 'USD' as const, isBilled: !deps.embedded, data }, 200);
  });

  api.openapi(put, async (context) => {
    const { period } = context.req.valid('param');
    const given = context.req.valid('json');
    const by = context.get('principal').id;
    const records = await listAllDestinations(deps);
    const wanted = await validate(deps, period, given, records);
    const stored = await change(deps, period, context.req.valid('header')['If-Match'], (before) => {
      if (before && isSameCeiling(before, wanted)) return before;
      const changedAt = deps.now().toISOString();
      return { period, ...wanted, course: null, revision: before?.revision ?? 0, changedBy: by, changedAt };
    });
    if (stored.isNews) await noteCeiling(deps, stored.ceiling, { actor: by, detail: settingText(stored.ceiling) });
    return context.json(await present(context, stored.ceiling, records), 200);
  });

  api.openapi(remove, async (context) => {
    const { period } = context.req.valid('param');
    const before = await find(deps, period);
    requireMatch(before, context.req.valid('header')['If-Match']);
    if (!(await deleteCeiling(deps, before))) throw changedByOthers();
    const detail = `${period} ceiling of ${formatMicroUsd(before.microUsd)} removed`;
    await noteCeiling(deps, before, { actor: context.get('principal').id, detail });
    return context.body(null, 204);
  });

  api.openapi(answer, async (context) => {
    const { period } = context.req.valid('param');
    const given = context.req.valid('json');
    const by = context.get('principal').id;
    const records = await listAllDestinations(deps);
    const keptUntilMicroUsd = await readKeptAmount(deps, await find(deps, period), given, records);
    const stored = await change(deps, period, context.req.valid('header')['If-Match'], (before) => {
      if (!before) throw notSet(period);
      if (before.atLimit.action === 'warn') throw onlyWarns(period);
      return answerCeiling(before, { answer: given.answer, keptUntilMicroUsd, by }, deps.now());
    });
    const { ceiling, isNews } = stored;
    if (isNews) await noteCeiling(deps, ceiling, { actor: by, detail: answerText(ceiling, `the ${period} ends`) });
    // Also when it was stored before: a call that was interrupted is repeated.
    if (given.answer === 'stop') await stopConcerned(deps, ceiling, records, by);
    return context.json(await present(context, ceiling, await listAllDestinations(deps)), 200);
  });
}

/**
 * Reads, changes and writes a ceiling.
 * @param decide returns the same object to write nothing; computed again when another writer came first
 */
async function change(
  deps: ApiDeps,
  period: Period,
  ifMatch: string | undefined,
  decide: (before: Ceiling | null) => Ceiling,
): Promise<{ ceiling: Ceiling; isNews: boolean }> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = await getCeiling(deps, period);
    const after = decide(before);
    // What was asked for is in force already.
    if (before && after === before) return { ceiling: before, isNews: false };
    requireMatch(before, ifMatch);
    const ceiling = await putCeiling(deps, before, after);
    if (ceiling) return { ceiling, isNews: true };
  }
  throw changedByOthers();
}

/** Refuses a change based on another version than the stored one. */
function requireMatch(before: Ceiling | null, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  if (before && tagsOf(ifMatch).includes(etagOf(before))) return;
  const by = before?.course ? `${before.course.by} decided ${before.course.state}` : 'someone changed it';
  throw new AppError('etag_mismatch', {
    detail: before ? `${by} after you read the ceiling` : 'the ceiling was removed after you read it',
    remedy: 'read it again with GET /api/ceilings, check what changed, and repeat your change',
  });
}

async function find(deps: ApiDeps, period: Period): Promise<Ceiling> {
  const found = await getCeiling(deps, period);
  if (found) return found;
  throw notSet(period);
}

type Wanted = Pick<Ceiling, 'microUsd' | 'atLimit' | 'spared'>;

/** Checks what the schema cannot: fields of another action, destinations, and amounts that are spent already. */
async function validate(
  deps: ApiDeps,
  period: Period,
  given: z.infer<typeof SetCeiling>,
  records: readonly Destination[],
): Promise<Wanted> {
  const { amount, spared = [] } = given;
  const { atLimit, errors } = readAtLimit(given);
  const known = new Set(records.map(({ destinationId }) => destinationId));
  errors.push(...faultsOfSpared(spared, known, (id) => `there is no destination ${id}`));
  errors.push(...(await faultsOfAmount(deps, { period, atLimit, microUsd: toMicroUsd(amount) }, records)));
  if (errors.length > 0) throw invalidFields(errors);
  return { microUsd: toMicroUsd(amount), atLimit, spared };
}

/** An amount must be above what the period costs even if everything is stopped as early as possible. */
async function faultsOfAmount(
  deps: ApiDeps,
  { period, atLimit, microUsd }: Pick<Ceiling, 'period' | 'atLimit' | 'microUsd'>,
  records: readonly Destination[],
): Promise<FieldError[]> {
  const unpriced = faultOfPriceList(deps);
  if (unpriced) return [unpriced];
  const minimum = ceilingMinimum(await readSpending(deps, period, records), atLimit, deps.now());
  if (microUsd >= minimum) return [];
  const message = `must be at least ${formatMicroUsd(minimum)}, not ${formatMicroUsd(microUsd)}: so much is spent in this ${period}, or will be before anything can be stopped`;
  return [{ field: 'amount', message }];
}

async function readKeptAmount(
  deps: ApiDeps,
  { period, atLimit }: Ceiling,
  { answer: given, amount }: z.infer<typeof AnswerCeiling>,
  records: readonly Destination[],
): Promise<number | null> {
  if (amount === undefined) return null;
  if (given !== 'keep') {
    throw invalidFields([{ field: 'amount', message: 'only for the answer keep, not for stop: leave it out' }]);
  }
  const errors = await faultsOfAmount(deps, { period, atLimit, microUsd: toMicroUsd(amount) }, records);
  if (errors.length > 0) throw invalidFields(errors);
  return toMicroUsd(amount);
}

function settingText({ period, microUsd, atLimit, spared }: Ceiling): string {
  const what =
    atLimit.action === 'ask'
      ? `ask for ${atLimit.countdownMinutes} min, then ${atLimit.defaultAnswer}`
      : atLimit.action === 'stop'
        ? 'stop'
        : 'warn';
  const rest = spared.length > 0 ? `; ${spared.length} spared` : '';
  return `${period} ceiling set to ${formatMicroUsd(microUsd)}; when it is reached: ${what}${rest}`;
}

function notSet(period: Period): AppError {
  return new AppError('not_found', {
    detail: `no ceiling is set for the ${period}`,
    remedy: `PUT /api/ceilings/${period} sets one`,
  });
}

function onlyWarns(period: Period): AppError {
  return new AppError('illegal_transition', {
    detail: `the ${period} ceiling only warns, so there is nothing to answer`,
    remedy: 'stop destinations with POST /api/destinations/stop, or set another action',
  });
}

function changedByOthers(): AppError {
  return new AppError('concurrent_change', {
    detail: 'the ceiling was changed by others at the same time',
    remedy: 'read it again and repeat the change',
    retryAfterSeconds: 1,
  });
}
