import { createRoute, z } from '@hono/zod-openapi';
import { getDestination, insertDestination } from '../../aws/destination-table.ts';
import { isSrtPlatform } from '../../../presets/index.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../../domain/destination.ts';
import { newDestination } from '../../domain/new-destination.ts';
import { createdEvent } from '../../domain/destination-events.ts';
import { publishQuietly } from '../../notify/publish-event.ts';
import { withOperation } from '../../domain/lifecycle.ts';
import { forceChange, requestChange, startQuietly } from '../../workflow/operations.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import {
  answers,
  IdempotencyHeaders,
  IfMatchHeaders,
  NoQuery,
  problems,
  takes,
  WRITE_PROBLEMS,
} from '../schemas/openapi-parts.ts';
import { decideDelete, requireMatch, type StoredBackup, type StoredKey, type Target } from '../../domain/requests.ts';
import { FieldFaults, invalidFields } from '../http/validation.ts';
import {
  checkTarget,
  readStreamKey,
  requireKeyShape,
  requireNoDuplicate,
  sealStreamKey,
} from '../destination-target.ts';
import { prepareBackup } from '../backup-target.ts';
import { requireFieldsOfKind, requireOwnReceiver, sealPassphrase, withSrtFields } from '../srt-target.ts';
import { requireKeyTerms } from '../key-terms.ts';
import { requireSoundFits } from '../sound-target.ts';
import { requireSourceLoss } from '../source-loss-fields.ts';
import { defaultSourceLossOf } from '../../domain/source-loss.ts';
import { idempotent } from '../http/idempotency.ts';
import { CreateDestination, DeleteQuery, DestinationId } from '../schemas/requests.ts';
import { DestinationResource } from '../schemas/answers.ts';
import { findStarter, requireNotWanted } from '../require-not-wanted.ts';
import { findDestination, presentDestination, presentOperation, requireFound } from './find-destination.ts';

const tags = ['Destinations'];
const params = z.object({ destinationId: DestinationId });

const get = createRoute({
  method: 'get',
  path: '/api/destinations/{destinationId}',
  tags,
  summary: 'Get one destination',
  request: { params, query: NoQuery },
  responses: { 200: answers(DestinationResource, 'The destination; its ETag guards an edit'), ...problems(404, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/destinations/{destinationId}',
  tags,
  summary: 'Delete a destination',
  description:
    'Releases its AWS resources, then deletes the record. Refuses a destination that is wanted on air, or that a running group start or show has still to start, unless stop is true.',
  request: { params, query: DeleteQuery, headers: IfMatchHeaders },
  responses: {
    202: answers(DestinationResource, 'The deletion began; Location is the operation'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 412, 503),
  },
});

const create = createRoute({
  method: 'post',
  path: '/api/destinations',
  tags,
  summary: 'Add a destination',
  description: 'Creates the channel of a warm destination at once, stopped. A cold one gets its channel at the start.',
  request: { query: NoQuery, headers: IdempotencyHeaders, body: takes(CreateDestination) },
  responses: {
    201: answers(DestinationResource, 'The stored destination; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
});

/** For the typed client. */
export type DestinationsRoutes = typeof get | typeof remove | typeof create;

/** `/api/destinations` and one destination: create, get, delete. */
export function registerDestinations(api: Api, deps: ApiDeps): void {
  api.openapi({ ...create, middleware: idempotent(deps) }, async (context) => {
    const record = await addDestination(deps, context.req.valid('json'), { requestedBy: context.get('principal').id });
    context.header('Location', `/api/destinations/${record.destinationId}`);
    return context.json(presentDestination(deps, context, record), 201);
  });

  api.openapi(get, async (context) => {
    const record = await findDestination(deps, context.req.valid('param').destinationId);
    return context.json(presentDestination(deps, context, record), 200);
  });

  api.openapi(remove, async (context) => {
    const { destinationId } = context.req.valid('param');
    const ifMatch = context.req.valid('header')['If-Match'];
    const { force, stop } = context.req.valid('query');
    const stops = stop === 'true';
    const starter = stops ? null : await findStarter(deps, destinationId);
    const change = await (force === 'true' ? forceChange : requestChange)(deps, destinationId, {
      requestedBy: context.get('principal').id,
      decide: (before) => {
        requireMatch(before, ifMatch);
        const decision = decideDelete(before);
        if (!stops) requireNotWanted(before, starter);
        return decision;
      },
    });
    return context.json(presentOperation(deps, context, requireFound(change, destinationId).record), 202);
  });
}

/**
 * Checks and stores a new destination.
 * @param options.reference the caller's own id, which no other destination has
 * @throws {AppError} naming what is wrong with it
 */
export async function addDestination(
  deps: ApiDeps,
  wanted: z.infer<typeof CreateDestination>,
  { reference, requestedBy }: { requestedBy: string; reference?: string },
): Promise<Destination> {
  const { holdMinutes, onSourceLoss, platform, sound } = wanted;
  const isSrt = isSrtPlatform(platform);
  const faults = new FieldFaults();
  await faults.note(() => requireFieldsOfKind(wanted));
  await faults.note(() => requireSourceLoss(wanted, { onSourceLoss: defaultSourceLossOf(platform) }));
  const terms = await faults.note(() => requireKeyTerms(wanted, { found: null, now: deps.now(), platform }));
  const prepared = await faults.note(() => (isSrt ? prepareSrt(deps, wanted) : prepareRtmp(deps, wanted)));
  if (prepared) await faults.note(() => requireSoundFits(prepared.target, sound));
  const { seal, target } = faults.require(prepared);
  // The preview has usually run before, so its durations estimate the first start of this destination.
  const { tookMs } = (await getDestination(deps, PRIMARY_DESTINATION_ID)) ?? {};
  for (;;) {
    const destinationId = deps.newId('dst');
    const stored = await seal(destinationId);
    const now = deps.now();
    const { name, group = null, standby = isSrt ? 'cold' : deps.deployment.defaultStandby } = wanted;
    const settings = {
      ...(reference === undefined ? {} : { reference }),
      ...(sound ? { sound } : {}),
      ...terms,
      ...(onSourceLoss === undefined ? {} : { onSourceLoss }),
      ...(holdMinutes === undefined ? {} : { holdMinutes }),
      ...(tookMs ? { tookMs } : {}),
    };
    const chosen = { destinationId, name, group, ...target, ...stored, standby, ...settings };
    const idle = newDestination(chosen, now);
    const record = idle.standby === 'warm' ? withOperation(idle, 'create', { now, requestedBy }) : idle;
    if (!(await insertDestination(deps, record))) continue;
    await startQuietly(deps, record);
    await publishQuietly(deps, [createdEvent(record)]);
    return record;
  }
}

type Wanted = z.infer<typeof CreateDestination>;

/** The checked target, and what encrypts the secret once the destination has an id. */
interface Prepared {
  target: Target;
  seal(destinationId: string): Promise<StoredKey & StoredBackup>;
}

async function prepareRtmp(deps: ApiDeps, wanted: Wanted): Promise<Prepared> {
  const { platform, rtmpUrl, preset, streamKey: given } = wanted;
  const faults = new FieldFaults();
  const noted = await faults.note(() => readStreamKey(deps, requireStreamKey(given)));
  const mainKey = { fingerprint: noted?.fingerprint ?? null, given: given ?? null };
  const checked = await faults.note(() => checkTarget(deps, { platform, rtmpUrl, preset }, mainKey));
  if (checked && given !== undefined) await faults.note(() => requireKeyShape(checked, given));
  const prepared = checked && (await faults.note(() => prepareBackup(deps, wanted, { target: checked, mainKey })));
  const [streamKey, target, backup] = [faults.require(noted), faults.require(checked), faults.require(prepared)];
  const place = { ...target, ...backup.known, streamKeyFingerprint: streamKey.fingerprint };
  await requireNoDuplicate(deps, { ...place, destinationId: null });
  return {
    target,
    seal: async (destinationId) => ({
      ...(await sealStreamKey(deps, destinationId, streamKey)),
      ...(backup.known.backupRtmpUrl ? await backup.seal(destinationId) : {}),
    }),
  };
}

function requireStreamKey(given: string | undefined): string {
  if (given !== undefined) return given;
  throw invalidFields([{ field: 'streamKey', message: 'required: enter a stream key' }]);
}

async function prepareSrt(deps: ApiDeps, wanted: Wanted): Promise<Prepared> {
  const { platform, rtmpUrl, preset, passphrase = null } = wanted;
  const checked = await checkTarget(deps, { platform, rtmpUrl, preset }, { fingerprint: null, given: null });
  const target = withSrtFields(checked, wanted);
  await requireOwnReceiver(deps, { ...target, destinationId: null });
  return { target, seal: (destinationId) => sealPassphrase(deps, destinationId, passphrase) };
}
