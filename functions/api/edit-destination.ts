import type { z } from '@hono/zod-openapi';
import { isSrtPlatform } from '../../presets/index.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import type { Destination, TimelineEntry } from '../domain/destination.ts';
import { AppError, errorName } from '../domain/errors.ts';
import { decideEdit, requireChangeable, requireMatch, type Apply, type Edit } from '../domain/requests.ts';
import { onSourceLossOf } from '../domain/source-loss.ts';
import { startWithinCeilings } from '../workflow/ceilings.ts';
import { requestChange } from '../workflow/operations.ts';
import type { ApiDeps } from './api-deps.ts';
import { prepareBackup } from './backup-target.ts';
import { withFreeReference } from './caller-reference.ts';
import {
  checkTarget,
  readStreamKey,
  requireKeyShape,
  requireNoDuplicate,
  sealStreamKey,
} from './destination-target.ts';
import { findDestination, requireFound } from './find-destination.ts';
import { FieldFaults, invalidFields } from './http/validation.ts';
import { requireKeyTerms } from './key-terms.ts';
import type { PatchDestination, PutStreamKey } from './schemas/destination-requests.ts';
import { requireSoundFits } from './sound-target.ts';
import { requireSourceLoss } from './source-loss-fields.ts';
import {
  requireFieldsOfKind,
  requireOwnReceiver,
  requireSameKind,
  sealPassphrase,
  withSrtFields,
} from './srt-target.ts';

/** Edits destinations as they were requested. */

export interface EditRequest {
  destinationId: string;
  apply: Apply;
  ifMatch: string | undefined;
  requestedBy: string;
}

export type Fields = z.infer<typeof PatchDestination> & Partial<z.infer<typeof PutStreamKey>>;

/**
 * Checks the configuration after the edit, then writes it unless the record has changed in the meantime.
 * @throws {AppError} `duplicate_destination` when another destination has the reference, among others
 */
export function editDestination(deps: ApiDeps, asked: EditRequest, fields: Fields): Promise<Destination> {
  const { reference = null } = fields;
  const { destinationId } = asked;
  return withFreeReference(deps, { reference, destinationId }, () => edit(deps, asked, fields));
}

async function edit(deps: ApiDeps, asked: EditRequest, fields: Fields): Promise<Destination> {
  const { destinationId } = asked;
  const found = await findDestination(deps, destinationId);
  const now = deps.now();
  requireChangeable(found, 'edit');
  requireMatch(found, asked.ifMatch);
  const changed = await toEdit(deps, found, fields);
  const decideOn = (record: Destination) =>
    decideEdit(record, changed, { apply: asked.apply, now, freshSeconds: deps.freshSeconds });
  const ask = () =>
    requestChange(deps, destinationId, {
      requestedBy: asked.requestedBy,
      decide: (before) => {
        requireMatch(before, asked.ifMatch);
        if (before.revision !== found.revision) throw changedMeanwhile(destinationId);
        return decideOn(before);
      },
    });
  // A restart is charged as another start.
  const isRestart = decideOn(found).record.restartRequested && !found.restartRequested;
  const change = await (isRestart ? startWithinCeilings(deps, destinationId, ask, { isAgain: true }) : ask());
  const after = requireFound(change, destinationId).record;
  if (after.revision !== found.revision) {
    const fieldNames = Object.keys(fields).toSorted().join(', ');
    await noteEdit(deps, after, {
      at: now.toISOString(),
      actor: asked.requestedBy,
      kind: 'edited',
      detail: fieldNames,
    });
  }
  return after;
}

/**
 * Checks an edit that applies at once, and stores nothing.
 * @throws {AppError} what the edit would throw, `restart_required` among them
 */
export async function checkEdit(deps: ApiDeps, found: Destination, fields: Fields): Promise<void> {
  requireChangeable(found, 'edit');
  const changed = await toEdit(deps, found, fields);
  decideEdit(found, changed, { apply: undefined, now: deps.now(), freshSeconds: deps.freshSeconds });
}

/** Records the edit. A failure is only logged, because the change itself has succeeded. */
async function noteEdit(deps: ApiDeps, record: Destination, entry: TimelineEntry): Promise<void> {
  try {
    await putTimelineEntry(deps, record, entry, record.writeCount);
  } catch (error) {
    deps.logger.warn('an edit is not on the timeline', {
      destinationId: record.destinationId,
      error: errorName(error),
    });
  }
}

async function toEdit(deps: ApiDeps, found: Destination, given: Fields): Promise<Edit> {
  const platform = given.platform ?? found.platform;
  requireSameKind(found, platform);
  const { keyUse: _use, keyValidUntil: _until, ...rest } = given;
  const sound = given.sound === undefined ? found.sound : given.sound;
  const preset = given.preset ?? found.preset;
  const faults = new FieldFaults();
  await faults.note(() => requireFieldsOfKind({ ...given, platform }));
  const present = { ...found, onSourceLoss: onSourceLossOf({ ...found, platform }) };
  await faults.note(() => requireSourceLoss(given, present));
  const terms = await faults.note(() => requireKeyTerms(given, { found, now: deps.now(), platform }));
  const isSrt = isSrtPlatform(platform);
  const edited = await faults.note(() => (isSrt ? toSrtEdit(deps, found, rest) : toRtmpEdit(deps, found, rest)));
  await faults.note(() => requireSoundFits({ platform, preset }, sound));
  return { ...faults.require(edited), ...terms };
}

async function toSrtEdit(deps: ApiDeps, found: Destination, { passphrase, ...given }: Fields): Promise<Edit> {
  const { streamKey: _none, streamId, latencyMs, ...fields } = withoutBackup(given);
  const touchesTarget = [fields.rtmpUrl, fields.preset, streamId, latencyMs].some((field) => field !== undefined);
  const stored = passphrase === undefined ? {} : await sealPassphrase(deps, found.destinationId, passphrase);
  if (!touchesTarget) return { ...fields, ...stored };
  const wanted = {
    platform: found.platform,
    rtmpUrl: fields.rtmpUrl ?? found.rtmpUrl,
    preset: fields.preset ?? found.preset,
  };
  const checked = await checkTarget(deps, wanted, { fingerprint: null, given: null });
  const target = withSrtFields(checked, { streamId, latencyMs }, found);
  await requireOwnReceiver(deps, { ...target, destinationId: found.destinationId });
  return { ...fields, ...target, ...stored };
}

async function toRtmpEdit(deps: ApiDeps, found: Destination, all: Fields): Promise<Edit> {
  const { streamKey: given, passphrase: _none, streamId: _noId, latencyMs: _noLatency, ...fields } = withoutBackup(all);
  const { backupIngest, backupRtmpUrl, backupStreamKey } = all;
  const touched = [fields.platform, fields.rtmpUrl, fields.preset, backupIngest, backupRtmpUrl, backupStreamKey, given];
  if (touched.every((field) => field === undefined)) return fields;
  const platform = fields.platform ?? found.platform;
  if (platform !== found.platform && fields.rtmpUrl === undefined) {
    throw invalidFields([
      {
        field: 'rtmpUrl',
        message: 'required when the platform changes, so that the key is not sent to the URL of the previous platform',
      },
    ]);
  }
  const streamKey = given === undefined ? null : readStreamKey(deps, given);
  const fingerprint = streamKey?.fingerprint ?? found.streamKeyFingerprint;
  const wanted = { platform, rtmpUrl: fields.rtmpUrl ?? found.rtmpUrl, preset: fields.preset ?? found.preset };
  const mainKey = { fingerprint, given: given ?? null };
  const faults = new FieldFaults();
  const checked = await faults.note(() => checkTarget(deps, wanted, mainKey));
  if (checked && given !== undefined) await faults.note(() => requireKeyShape(checked, given));
  const prepared = checked && (await faults.note(() => prepareBackup(deps, all, { target: checked, mainKey, found })));
  const [target, backup] = [faults.require(checked), faults.require(prepared)];
  const { destinationId } = found;
  await requireNoDuplicate(deps, { ...target, ...backup.known, destinationId, streamKeyFingerprint: fingerprint });
  const stored = streamKey ? await sealStreamKey(deps, destinationId, streamKey) : {};
  return { ...fields, ...target, ...stored, ...(await backup.seal(destinationId)) };
}

/** Leaves out the fields that the record keeps in another form. */
function withoutBackup({ backupIngest: _on, backupRtmpUrl: _url, backupStreamKey: _key, ...fields }: Fields) {
  return fields;
}

function changedMeanwhile(destinationId: string): AppError {
  return new AppError('concurrent_change', {
    detail: `someone else changed ${destinationId} while this change was being checked`,
    remedy: 'read it again and repeat your change',
    retryAfterSeconds: 1,
  });
}
