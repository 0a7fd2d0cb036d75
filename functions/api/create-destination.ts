import type { z } from '@hono/zod-openapi';
import { isSrtPlatform } from '../../presets/index.ts';
import { getDestination, insertDestination } from '../aws/destination-table.ts';
import { createdEvent } from '../domain/destination-events.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from '../domain/destination.ts';
import { withOperation } from '../domain/lifecycle.ts';
import { newDestination } from '../domain/new-destination.ts';
import type { StoredBackup, StoredKey, Target } from '../domain/requests.ts';
import { defaultSourceLossOf } from '../domain/source-loss.ts';
import { publishQuietly } from '../notify/publish-event.ts';
import { startQuietly } from '../workflow/operations.ts';
import type { ApiDeps } from './api-deps.ts';
import { prepareBackup } from './backup-target.ts';
import {
  checkTarget,
  readStreamKey,
  requireKeyShape,
  requireNoDuplicate,
  sealStreamKey,
} from './destination-target.ts';
import { FieldFaults, invalidFields } from './http/validation.ts';
import { requireKeyTerms } from './key-terms.ts';
import type { CreateDestination } from './schemas/destination-requests.ts';
import { requireSoundFits } from './sound-target.ts';
import { requireSourceLoss } from './source-loss-fields.ts';
import { requireFieldsOfKind, requireOwnReceiver, sealPassphrase, withSrtFields } from './srt-target.ts';

/** Creates destinations as they were requested. */

type Wanted = z.output<typeof CreateDestination>;

/**
 * Checks what is to be created, and stores nothing.
 * @throws {AppError} `validation_failed` with every wrong field, `duplicate_destination`
 */
export async function prepareDestination(deps: ApiDeps, wanted: Wanted): Promise<PreparedDestination> {
  const { platform } = wanted;
  const faults = new FieldFaults();
  await faults.note(() => requireFieldsOfKind(wanted));
  await faults.note(() => requireSourceLoss(wanted, { onSourceLoss: defaultSourceLossOf(platform) }));
  const terms = await faults.note(() => requireKeyTerms(wanted, { found: null, now: deps.now(), platform }));
  const prepare = isSrtPlatform(platform) ? prepareSrt : prepareRtmp;
  const prepared = await faults.note(() => prepare(deps, wanted));
  if (prepared) await faults.note(() => requireSoundFits(prepared.target, wanted.sound));
  return { ...faults.require(prepared), terms: faults.require(terms) };
}

/**
 * Checks and stores a new destination.
 * @param options.reference the caller's own id, which no other destination has
 * @throws {AppError} what `prepareDestination` throws
 */
export async function createDestination(
  deps: ApiDeps,
  wanted: Wanted,
  { reference = null, requestedBy }: { requestedBy: string; reference?: string | null },
): Promise<Destination> {
  const { seal, target, terms } = await prepareDestination(deps, wanted);
  const isSrt = isSrtPlatform(wanted.platform);
  const { holdMinutes, onSourceLoss, position, sound } = wanted;
  // The preview has usually run before, so its durations estimate the first start of this destination.
  const { tookMs } = (await getDestination(deps, PRIMARY_DESTINATION_ID)) ?? {};
  for (;;) {
    const destinationId = deps.newId('dst');
    const stored = await seal(destinationId);
    const now = deps.now();
    const { name, group = null, standby = isSrt ? 'cold' : deps.deployment.defaultStandby } = wanted;
    const settings = {
      ...(reference === null ? {} : { reference }),
      ...(sound ? { sound } : {}),
      ...terms,
      ...(onSourceLoss === undefined ? {} : { onSourceLoss }),
      ...(holdMinutes === undefined ? {} : { holdMinutes }),
      ...(position === undefined ? {} : { position }),
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

/** The checked target, and what encrypts the secret once the destination has an id. */
interface Prepared {
  target: Target;
  seal(destinationId: string): Promise<StoredKey & StoredBackup>;
}

interface PreparedDestination extends Prepared {
  terms: ReturnType<typeof requireKeyTerms>;
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
