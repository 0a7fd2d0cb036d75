import type { z } from '@hono/zod-openapi';
import { getPlatform, isSrtPlatform } from '../../../presets/index.ts';
import type { Destination } from '../../domain/destination.ts';
import { parseIngestUrl } from '../../domain/ingest-url.ts';
import type { ApiDeps } from '../api-deps.ts';
import { prepareDestination } from '../create-destination.ts';
import { readStreamKey } from '../destination-target.ts';
import { checkEdit } from '../edit-destination.ts';
import { explainIssues } from '../http/validation.ts';
import { CreateDestination, ReplaceDestination } from '../schemas/destination-requests.ts';
import type { ExportedDestination, TransferKeys } from '../schemas/transfer.ts';
import { pairItems, type Pairing } from './pair-items.ts';
import { changedFields, planItem, refuseItem, type Ids, type PlannedItem } from './plan-item.ts';
import type { DescribedDeployment } from './read-document.ts';

/** Plans the import of destinations. */

type Secrets = TransferKeys['destinations'][string];

/** A destination as a document or a spreadsheet wants it. Fields that are not given stay, or have their defaults. */
export interface WantedDestination {
  reference: string;
  fields: Partial<Omit<ExportedDestination, 'reference' | 'needs'>> & { name: string };
  needs: ExportedDestination['needs'];
  secrets: Secrets;
}

interface Here {
  record: Destination;
  exported: ExportedDestination;
}

/** Plans the import of each destination, and enters those that are here into `ids`. */
export async function planDestinations(
  deps: ApiDeps,
  given: readonly WantedDestination[],
  { described, ids }: { described: DescribedDeployment; ids: Ids },
): Promise<PlannedItem[]> {
  const wanted = given.map((item) => withCanonicalAddresses(deps, item));
  const here = described.destinations.map((record, index) => ({
    record,
    exported: described.document.destinations[index]!,
  }));
  const pairs = pairItems(wanted, here, {
    isEqual: (item, other) => isEqual(deps, item, other),
    nameOfWanted: ({ fields }) => fields.name,
    nameOfHere: ({ record }) => record.name,
  });
  const planned: PlannedItem[] = [];
  for (const [index, item] of wanted.entries()) {
    const pair = pairs[index]!;
    const next = await plan(deps, item, pair, ids);
    const rival = next.request && findRival(item, 'here' in pair ? pair.here : null, { here, wanted });
    planned.push(rival ? refuseReference(next, item.fields.callerReference!, rival) : next);
  }
  return planned;
}

/** Writes addresses as they are stored, so that a second import finds them the same. Those that are refused stay. */
function withCanonicalAddresses({ deployment }: ApiDeps, item: WantedDestination): WantedDestination {
  const { backupRtmpUrl, platform: platformId, rtmpUrl } = item.fields;
  const platform = platformId === undefined ? undefined : getPlatform(platformId);
  const options = { loopbackAllowed: deployment.loopbackTargetsAllowed, ...(platform && { platform }) };
  const canonical = (text: string) => {
    const parsed = parseIngestUrl(text, options);
    return parsed.ok ? parsed.url.normalized : text;
  };
  const addresses = {
    ...(typeof rtmpUrl === 'string' && { rtmpUrl: canonical(rtmpUrl) }),
    ...(typeof backupRtmpUrl === 'string' && { backupRtmpUrl: canonical(backupRtmpUrl) }),
  };
  return { ...item, fields: { ...item.fields, ...addresses } };
}

/** Returns the name of another destination, here or in the document, that has the reference of an item. */
function findRival(
  item: WantedDestination,
  own: Here | null,
  { here, wanted }: { here: readonly Here[]; wanted: readonly WantedDestination[] },
): { name: string; place: string } | null {
  const { callerReference } = item.fields;
  if (callerReference === undefined) return null;
  const other = here.find((each) => each !== own && each.exported.callerReference === callerReference);
  if (other) return { name: other.record.name, place: 'here' };
  const twin = wanted.find((each) => each !== item && each.fields.callerReference === callerReference);
  return twin ? { name: twin.fields.name, place: 'in the document' } : null;
}

function refuseReference(
  planned: PlannedItem,
  callerReference: string,
  { name, place }: { name: string; place: string },
): PlannedItem {
  return refuseItem(planned, {
    detail: `the reference ${callerReference} belongs to the destination ${name} ${place}`,
    remedy: 'remove callerReference from the item, or give one of the two another reference',
  });
}

function isEqual(deps: ApiDeps, { fields, secrets }: WantedDestination, { exported, record }: Here): boolean {
  return (
    changedFields(fields, exported).length === 0 &&
    changedKeys(deps, secrets, record).every((each) => each === 'passphrase')
  );
}

/** Returns the secrets that differ, as far as fingerprints tell. A passphrase has no fingerprint. */
function changedKeys(deps: ApiDeps, secrets: Secrets, record: Destination): (keyof Secrets)[] {
  const { backupStreamKey, passphrase, streamKey } = secrets;
  const isOther = (key: string | undefined, fingerprint: string | null | undefined) =>
    key !== undefined && readStreamKey(deps, key).fingerprint !== fingerprint;
  return [
    ...(isOther(streamKey, record.streamKeyFingerprint) ? ['streamKey' as const] : []),
    ...(isOther(backupStreamKey, record.backupStreamKeyFingerprint) ? ['backupStreamKey' as const] : []),
    ...(passphrase === undefined ? [] : ['passphrase' as const]),
  ];
}

async function plan(deps: ApiDeps, item: WantedDestination, pair: Pairing<Here>, ids: Ids): Promise<PlannedItem> {
  const { fields, reference } = item;
  const about = { name: fields.name, key: reference };
  const base = planItem('destination', about, { status: 'new', request: null, reference });
  if (pair.kind === 'ambiguous') {
    return refuseItem(base, {
      detail: `several destinations have the name ${fields.name}, so the one to change is not known`,
      remedy: 'rename them, here or in the document, so that each name is there once',
    });
  }
  if (pair.kind === 'new') return planNew(deps, item, base);
  const { exported, record } = pair.here;
  ids.set(reference, record.destinationId);
  const secrets = await changedSecrets(deps, item.secrets, record);
  const changed = changedFields(fields, exported);
  if (changed.length === 0 && Object.keys(secrets).length === 0) return { ...base, status: 'same' };
  return planChange(
    deps,
    { item, here: pair.here, secrets },
    { ...base, fields: [...changed, ...Object.keys(secrets)] },
  );
}

/** Returns the secrets that are not stored already. */
async function changedSecrets(deps: ApiDeps, secrets: Secrets, record: Destination): Promise<Secrets> {
  const changed = changedKeys(deps, secrets, record);
  const { passphrase } = secrets;
  const isStored = passphrase !== undefined && (await deps.revealKeys?.(record))?.passphrase === passphrase;
  return Object.fromEntries(
    changed.filter((name) => name !== 'passphrase' || !isStored).map((name) => [name, secrets[name]]),
  );
}

function planNew(deps: ApiDeps, { fields, needs, secrets }: WantedDestination, base: PlannedItem): PlannedItem {
  const missing = needs.filter((name) => secrets[name] === undefined);
  if (missing.length > 0) {
    return refuseItem(
      { ...base, needs: missing },
      {
        detail: `needs its ${missing.map((name) => WORDS[name]).join(' and its ')}`,
        remedy: 'enter it, or give the passphrase of an export with keys',
      },
    );
  }
  const body = toBody(fields, secrets);
  const wanted = CreateDestination.safeParse(body);
  if (!wanted.success) return refuseItem(base, toProblem(wanted.error.issues, body, CreateDestination));
  return {
    ...base,
    request: () => ({ method: 'POST', path: '/api/destinations', body }),
    check: async () => void (await prepareDestination(deps, wanted.data)),
  };
}

const WORDS = { streamKey: 'stream key', backupStreamKey: 'backup stream key', passphrase: 'passphrase' };

function planChange(
  deps: ApiDeps,
  { here, item, secrets }: { item: WantedDestination; here: Here; secrets: Secrets },
  base: PlannedItem,
): PlannedItem {
  const { needs: _needs, reference: _reference, ...present } = here.exported;
  const { fields } = item;
  const isMoved = fields.platform !== undefined && fields.platform !== present.platform;
  // The address of another platform must not be kept.
  const { rtmpUrl, ...kept } = present;
  const body = toBody({ ...kept, ...(isMoved ? {} : { rtmpUrl }), ...fields }, secrets);
  const wanted = ReplaceDestination.safeParse(body);
  if (!wanted.success) return refuseItem(base, toProblem(wanted.error.issues, body, ReplaceDestination));
  const path = `/api/destinations/${here.record.destinationId}`;
  return {
    ...base,
    status: 'changed',
    request: () => ({ method: 'PUT', path, body }),
    check: () => checkEdit(deps, here.record, wanted.data),
  };
}

/** Leaves out what the kind of destination does not have, of which an export knows no values. */
function withoutForeignFields<Body extends { platform?: string | undefined; backupIngest?: boolean | undefined }>(
  body: Body,
): Body {
  const { backupIngest, ...rest } = body;
  const isSrt = body.platform !== undefined && isSrtPlatform(body.platform);
  return isSrt && backupIngest === false ? (rest as Body) : body;
}

/** Builds the body of a request. The `reference` of a document is a name in it; that of a request is the caller's. */
function toBody({ callerReference, ...fields }: WantedDestination['fields'], secrets: Secrets) {
  const own = callerReference === undefined ? {} : { reference: callerReference };
  return withoutForeignFields({ ...fields, ...own, ...secrets });
}

function toProblem(issues: z.core.$ZodIssue[], body: object, schema: z.ZodObject): { detail: string; remedy: string } {
  const { detail } = explainIssues(issues, body, Object.keys(schema.shape));
  return { detail, remedy: 'correct the item in the document, or leave it out' };
}
