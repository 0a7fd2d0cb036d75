import { listCeilings } from '../../aws/ceiling-table.ts';
import { readCover } from '../../aws/cover-store.ts';
import { listAllDestinations } from '../../aws/destination-table.ts';
import { readIncidentCircumstances } from '../../aws/incident-settings-table.ts';
import { getNoSourceLimit } from '../../aws/no-source-limit-table.ts';
import { listTargets } from '../../aws/notification-target-table.ts';
import { getRecordingSettings } from '../../aws/recording-table.ts';
import { listSeries } from '../../aws/show-series-table.ts';
import { listOpenShows } from '../../aws/show-table.ts';
import { readSlate } from '../../aws/slate-store.ts';
import { getOwnSlate } from '../../aws/slate-table.ts';
import { getCommonSound } from '../../aws/sound-table.ts';
import type { Ceiling } from '../../domain/ceiling.ts';
import type { Destination } from '../../domain/destination.ts';
import type { NotificationTarget } from '../../domain/notification-target.ts';
import type { RecordingSettings } from '../../domain/recording.ts';
import type { ShowCover } from '../../domain/show-cover.ts';
import type { ShowSeries } from '../../domain/show-series.ts';
import type { Show } from '../../domain/show.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { ExportedSettings, ExportedShow, TransferDocument } from '../schemas/transfer.ts';
import {
  toExportedDestination,
  toExportedLimit,
  toExportedSeries,
  toExportedShow,
  toExportedTarget,
} from './export-items.ts';
import { exportable, referencesOf } from './references.ts';
import { TRANSFER_FORMAT, TRANSFER_VERSION } from '../../domain/transfer-kinds.ts';

/** A deployment as an export describes it, with the records that its items describe. */
export interface DescribedDeployment {
  document: TransferDocument;
  /** In the order of the document. */
  destinations: Destination[];
  targets: NotificationTarget[];
  shows: Show[];
  series: ShowSeries[];
  /** All shows that have not ended, by their starts. */
  open: Show[];
  /** When recordings begin by themselves. It is no part of an export: an import starts nothing. */
  recordingMode: RecordingSettings['mode'];
}

/**
 * Reads what an export contains, without keys. The same state gives the same document, apart from `exportedAt`.
 * @param withPictures false reads no slate and no cover
 */
export async function readDocument(deps: ApiDeps, withPictures: boolean): Promise<DescribedDeployment> {
  const [records, targets, open, allSeries, recordings] = await Promise.all([
    listAllDestinations(deps),
    listTargets(deps),
    listOpenShows(deps),
    listSeries(deps),
    getRecordingSettings(deps),
  ]);
  const destinations = exportable(records);
  const references = referencesOf(destinations);
  const now = deps.now();
  const readPicture = async (cover: ShowCover | null | undefined) =>
    withPictures && cover ? toBase64(await readCover(deps, cover)) : null;
  const shows = open.filter(isExportedShow);
  const planned: ExportedShow[] = [];
  for (const show of shows) planned.push(toExportedShow(show, references, await readPicture(show.cover)));
  const series: ShowSeries[] = [];
  for (const each of allSeries) {
    const item = toExportedSeries(each, { references, now, cover: await readPicture(each.cover) });
    if (item === null) continue;
    series.push(each);
    planned.push(item);
  }
  const document: TransferDocument = {
    format: TRANSFER_FORMAT,
    version: TRANSFER_VERSION,
    exportedAt: now.toISOString(),
    destinations: destinations.map((each) => toExportedDestination(each, references.get(each.destinationId)!)),
    notificationTargets: targets.map((target) => toExportedTarget(target, references)),
    shows: planned,
    settings: await readSettings(deps, references, { recordings, withPictures }),
    keys: null,
  };
  return { document, destinations, targets, shows, series, open, recordingMode: recordings.mode };
}

/** Returns true for a plan. A series makes its own shows, and a show that runs is no plan any more. */
function isExportedShow({ series, state }: Show): boolean {
  return series === undefined && (state === 'draft' || state === 'scheduled');
}

async function readSettings(
  deps: ApiDeps,
  references: ReadonlyMap<string, string>,
  { recordings, withPictures }: { recordings: RecordingSettings; withPictures: boolean },
): Promise<ExportedSettings> {
  const [ceilings, limit, sound, { settings: incidents }, slate] = await Promise.all([
    listCeilings(deps),
    getNoSourceLimit(deps),
    getCommonSound(deps),
    readIncidentCircumstances(deps),
    withPictures ? getOwnSlate(deps) : null,
  ]);
  const { destinations: ownRules, escalateAfterSeconds, mutes, rules } = incidents;
  const { keepDays, limitBytes } = recordings;
  const ceiling = (period: Ceiling['period']) => {
    const found = ceilings.find((each) => each.period === period);
    return found ? { [period]: { amount: found.microUsd / 1e6, ...toExportedLimit(found, references) } } : {};
  };
  return {
    ceilings: { ...ceiling('day'), ...ceiling('month') },
    noSourceLimit: { minutes: limit.minutes, ...toExportedLimit(limit, references) },
    sound,
    recordings: { keepDays, limitBytes },
    incidentRules: { rules: sorted(rules), escalateAfterSeconds },
    destinationIncidentRules: [...references].flatMap(([id, destination]) => {
      const own = ownRules[id] ?? {};
      return Object.keys(own).length === 0 ? [] : [{ destination, rules: sorted(own) }];
    }),
    incidentMutes: mutes
      .filter(({ until }) => Date.parse(until) > deps.now().getTime())
      .flatMap(({ destinationId, group, reason, rule, until }) => {
        const destination = destinationId === null ? null : (references.get(destinationId) ?? undefined);
        // Without its destination it would mute more than it did.
        if (destination === undefined) return [];
        return [
          {
            ...(destination === null ? {} : { destination }),
            ...(group === null ? {} : { group }),
            ...(rule === null ? {} : { rule }),
            ...{ until, reason },
          },
        ];
      })
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    slateImage: slate ? toBase64(await readSlate(deps, slate)) : null,
  };
}

function sorted<Value>(record: Record<string, Value>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function toBase64(picture: Uint8Array | null): string | null {
  return picture && Buffer.from(picture).toString('base64');
}
