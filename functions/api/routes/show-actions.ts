import { createRoute, z } from '@hono/zod-openapi';
import { archiveShow, changeShow } from '../../aws/show-table.ts';
import { AppError } from '../../domain/errors.ts';
import { requestShowAction, type Show, type ShowAction } from '../../domain/show.ts';
import { noteShow, startShowQuietly } from '../../workflow/run-show.ts';
import { answerShow } from '../answer-show.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { findShow, requireFoundShow, requireShowMatch } from '../find-show.ts';
import { storePlan } from '../plan-show.ts';
import { answers, IfMatchHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { ShowId, ShowResource } from '../schemas/shows.ts';

type RequestedAction = Exclude<ShowAction, 'edit' | 'delete'>;

const ABOUT: Record<RequestedAction, { summary: string; description?: string }> = {
  schedule: { summary: 'Schedule a draft', description: 'From now on it goes live by itself.' },
  unschedule: { summary: 'Make a scheduled show a draft again' },
  cancel: { summary: 'Cancel a show', description: 'Stops the destinations and the source that it has started.' },
  'go-live': {
    summary: 'Go live now',
    description:
      'Starts the destinations at once, those with an offset as much later. Those that are ready go live immediately. The planned end stays.',
  },
  hold: {
    summary: 'Hold the run sheet',
    description:
      'Nothing starts or ends by itself until it is resumed. What is on air stays on air, what is ready stays held.',
  },
  resume: {
    summary: 'Resume the run sheet',
    description: 'A show whose start has passed asks instead of starting late.',
  },
  'take-over': {
    summary: 'Take over from the run sheet',
    description: 'Nothing starts or ends by itself any more. What is on air stays on air, what is ready stays held.',
  },
  end: {
    summary: 'End a show',
    description: 'Stops its destinations in their order, then the source if the show has started it.',
  },
};

const acting = (action: RequestedAction) =>
  createRoute({
    method: 'post',
    path: `/api/shows/{showId}/${action}`,
    tags: ['Shows'],
    ...ABOUT[action],
    request: { params: z.object({ showId: ShowId }), query: NoQuery, headers: IfMatchHeaders },
    responses: {
      200: answers(ShowResource, 'The show'),
      ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
    },
  });

/** For the typed client. */
export type ShowActionsRoutes = ReturnType<typeof acting>;

/** What a person requests of a show. */
export function registerShowActions(api: Api, deps: ApiDeps): void {
  for (const action of Object.keys(ABOUT) as RequestedAction[]) {
    api.openapi(acting(action), async (context) => {
      const { showId } = context.req.valid('param');
      const request = { by: context.get('principal').id, ifMatch: context.req.header('if-match') };
      return context.json(await answerShow(deps, context, await act(deps, showId, action, request)), 200);
    });
  }
}

async function act(
  deps: ApiDeps,
  showId: string,
  action: RequestedAction,
  { by, ifMatch }: { by: string; ifMatch: string | undefined },
): Promise<Show> {
  const change = (show: Show) => {
    requireShowMatch(show, ifMatch);
    const changed = requestShowAction(show, action, { by, now: deps.now() });
    if (action === 'schedule') requireStartAhead(changed, deps.now());
    return changed;
  };
  await findShow(deps, showId);
  if (action === 'schedule' || action === 'go-live')
    return requireFoundShow(await storePlan(deps, showId, change), showId);
  let before: Show | null = null;
  const stored = await changeShow(deps, showId, (show) => change((before = show)));
  const show = requireFoundShow(stored, showId);
  await noteShow(deps, before, show);
  await archiveShow(deps, show);
  await startShowQuietly(deps, show);
  return show;
}

function requireStartAhead({ startsAt, localStart, zone }: Show, now: Date): void {
  if (Date.parse(startsAt) > now.getTime()) return;
  throw new AppError('illegal_transition', {
    detail: `the start of the show, ${localStart} in ${zone}, has passed`,
    remedy: 'change its start first',
  });
}
