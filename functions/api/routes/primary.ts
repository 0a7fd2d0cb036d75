import { createRoute } from '@hono/zod-openapi';
import { listCeilings } from '../../aws/ceiling-table.ts';
import { getDestination } from '../../aws/destination-table.ts';
import { observeFlow } from '../../aws/flow.ts';
import { getSourceObservation } from '../../aws/source-table.ts';
import { needWithin } from '../../domain/ceiling.ts';
import { PRIMARY_DESTINATION_ID } from '../../domain/destination.ts';
import { AppError } from '../../domain/errors.ts';
import { towardsDesired } from '../../domain/lifecycle.ts';
import { primaryNeed, withPrimaryNeed } from '../../domain/primary.ts';
import { startWithinCeilings } from '../../workflow/ceilings.ts';
import { requestChange } from '../../workflow/operations.ts';
import { listUnfinished } from '../../workflow/recordings.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { SetPrimary, PrimaryResource } from '../schemas/primary.ts';
import { toDestinationResource } from '../views/resources.ts';
import { resourceView } from '../find-destination.ts';

const tags = ['Source'];
const path = '/api/primary';

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the HLS preview: when it runs, and its cost',
  request: { query: NoQuery },
  responses: { 200: answers(PrimaryResource, 'The primary'), ...problems(503) },
});

const put = createRoute({
  method: 'put',
  path,
  tags,
  summary: 'Set when the HLS preview runs',
  description:
    'Takes effect at once: starts the preview when it is needed, and stops it otherwise. A ceiling refuses to turn it on when the start would lead above its amount, and starts a preview that was just stopped only a minute later. It cannot be turned off while it is recorded.',
  request: { query: NoQuery, body: takes(SetPrimary) },
  responses: { 200: answers(PrimaryResource, 'The primary'), ...problems(...WRITE_PROBLEMS, 409, 503) },
});

/** A recording copies what the preview packages. */
async function requireNothingRecorded(deps: ApiDeps): Promise<void> {
  const running = (await listUnfinished(deps)).find(({ state }) => state === 'recording');
  if (!running) return;
  throw new AppError('illegal_transition', {
    detail: `the HLS preview is being recorded: “${running.name}” needs it`,
    remedy:
      running.origin === 'always'
        ? 'turn off “Record always” on the page Recordings (PUT /api/recording-settings), then the preview'
        : 'stop the recording first, then turn the preview off',
  });
}

/** For the typed client. */
export type PrimaryRoutes = typeof get | typeof put;

/** The mode of the primary. */
export function registerPrimary(api: Api, deps: ApiDeps): void {
  const present = async (context: ApiContext) => {
    const record = await getDestination(deps, PRIMARY_DESTINATION_ID);
    return {
      mode: record?.primaryMode ?? deps.primaryMode,
      configuredMode: deps.primaryMode,
      destination: record && toDestinationResource(record, resourceView(deps, context)),
    };
  };

  api.openapi(get, async (context) => context.json(await present(context), 200));

  api.openapi(put, async (context) => {
    const { mode } = context.req.valid('json');
    if (mode === 'off') await requireNothingRecorded(deps);
    const [flow, source, ceilings] = await Promise.all([
      observeFlow(deps),
      getSourceObservation(deps),
      listCeilings(deps),
    ]);
    const now = deps.now();
    const need = primaryNeed({ mode, flowStatus: flow?.status ?? null, source, now });
    const set = () =>
      requestChange(deps, PRIMARY_DESTINATION_ID, {
        requestedBy: context.get('principal').id,
        decide: (before) => {
          const within = needWithin(ceilings, before, need, now);
          return towardsDesired(withPrimaryNeed({ ...before, primaryMode: mode }, within, now, mode));
        },
      });
    // Only from now on may it start by itself. In other modes every evaluation counts a start beforehand.
    const isTurnedOn = mode !== 'off' && (await getDestination(deps, PRIMARY_DESTINATION_ID))?.primaryMode === 'off';
    const change = isTurnedOn ? await startWithinCeilings(deps, PRIMARY_DESTINATION_ID, set) : await set();
    if (!change) {
      throw new AppError('illegal_transition', {
        detail: 'the record of the preview does not exist yet',
        remedy: 'the sweep creates it within five minutes of a deployment; try again then',
        retryAfterSeconds: 60,
      });
    }
    return context.json(await present(context), 200);
  });
}
