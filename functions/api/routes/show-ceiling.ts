import { createRoute, z } from '@hono/zod-openapi';
import { changeShow } from '../../aws/show-table.ts';
import { answerCeiling } from '../../domain/ceiling.ts';
import { answerText } from '../../domain/ceiling-words.ts';
import { AppError } from '../../domain/errors.ts';
import { revised, withLog, type Show } from '../../domain/show.ts';
import { noteShow, startShowQuietly } from '../../workflow/run-show.ts';
import { answerShow } from '../answer-show.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { toMicroUsd } from '../ceiling-fields.ts';
import { findShow, requireFoundShow, requireShowMatch } from '../find-show.ts';
import { invalidFields } from '../http/validation.ts';
import { AnswerCeiling } from '../schemas/ceilings.ts';
import { answers, IfMatchHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { ShowId, ShowResource } from '../schemas/shows.ts';
import { faultsOfShowAmount } from '../show-ceiling-fields.ts';

const route = createRoute({
  method: 'post',
  path: '/api/shows/{showId}/ceiling/answer',
  tags: ['Shows'],
  summary: 'Keep the show running, or stop it now',
  description:
    'keep stops nothing until the show ends, or up to `amount`. stop stops everything that the ceiling of the show does not spare. The same answer again changes nothing.',
  request: {
    params: z.object({ showId: ShowId }),
    query: NoQuery,
    headers: IfMatchHeaders,
    body: takes(AnswerCeiling),
  },
  responses: {
    200: answers(ShowResource, 'The show with the answer'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

type Given = z.infer<typeof AnswerCeiling>;

/** For the typed client. */
export type ShowCeilingRoutes = typeof route;

/** `POST /api/shows/{showId}/ceiling/answer`. */
export function registerShowCeiling(api: Api, deps: ApiDeps): void {
  api.openapi(route, async (context) => {
    const { showId } = context.req.valid('param');
    const given = context.req.valid('json');
    const ifMatch = context.req.header('if-match');
    const by = context.get('principal').id;
    const found = await findShow(deps, showId);
    const keptUntilMicroUsd = await readKeptAmount(deps, found, given);
    let before: Show | null = null;
    const stored = await changeShow(deps, showId, (show) => {
      before = show;
      requireShowMatch(show, ifMatch);
      const ceiling = answerCeiling(requireAnswerable(show, given), { ...given, keptUntilMicroUsd, by }, deps.now());
      if (ceiling === show.ceiling) return show;
      const entry = { at: deps.now().toISOString(), actor: by, detail: answerText(ceiling, 'the show ends') };
      return revised(withLog({ ...show, ceiling }, entry), deps.now());
    });
    const show = requireFoundShow(stored, showId);
    await noteShow(deps, before, show);
    await startShowQuietly(deps, show);
    return context.json(await answerShow(deps, context, show), 200);
  });
}

/** @throws {AppError} `illegal_transition` when the show's ceiling has nothing to answer, or its run sheet cannot act */
function requireAnswerable({ state, automation, ceiling }: Show, { answer }: Given): NonNullable<Show['ceiling']> {
  const refuse = (detail: string, remedy: string): never => {
    throw new AppError('illegal_transition', { detail, remedy });
  };
  if (ceiling === null) return refuse('the show has no ceiling', 'set one with PATCH /api/shows/{showId}');
  if (ceiling.atLimit.action === 'warn') {
    return refuse('the ceiling of the show only warns', 'end the show, or set another action');
  }
  if (state !== 'starting' && state !== 'live') {
    return refuse(`the show is ${state}, so its ceiling counts nothing`, 'answer while the show is starting or live');
  }
  if (answer === 'stop' && automation !== 'on') {
    return refuse(
      `the run sheet is ${automation}, so it stops nothing`,
      'stop the destinations by hand, or end the show',
    );
  }
  return ceiling;
}

async function readKeptAmount(deps: ApiDeps, show: Show, { answer, amount }: Given): Promise<number | null> {
  if (amount === undefined || show.ceiling === null) return null;
  if (answer !== 'keep') {
    throw invalidFields([{ field: 'amount', message: 'only for the answer keep, not for stop: leave it out' }]);
  }
  const microUsd = toMicroUsd(amount);
  const { destinations, ceiling } = show;
  const errors = await faultsOfShowAmount(deps, { destinations, microUsd, atLimit: ceiling.atLimit });
  if (errors.length > 0) throw invalidFields(errors);
  return microUsd;
}
