import { isSrtPlatform } from '../../../presets/index.ts';
import type { AtLimit } from '../../domain/ceiling.ts';
import { positionOf, type Destination } from '../../domain/destination.ts';
import type { NotificationTarget } from '../../domain/notification-target.ts';
import { timesOn, type ShowSeries } from '../../domain/show-series.ts';
import type { Show } from '../../domain/show.ts';
import { HOLD_MINUTES_DEFAULT, onSourceLossOf } from '../../domain/source-loss.ts';
import type { ExportedDestination, ExportedShow, ExportedTarget } from '../schemas/transfer.ts';
import { recurrenceFrom } from './recurrence-from.ts';

/**
 * Turns records into the items of an export. Every field has its effective value: a setting that is left to its default
 * here would otherwise follow another default elsewhere.
 */

type References = ReadonlyMap<string, string>;

/** Returns the settings of a destination, without its secrets and its run. */
export function toExportedDestination(record: Destination, reference: string): ExportedDestination {
  const { backupRtmpUrl = null, backupStreamKeyCiphertext = null, group, name, platform, preset, rtmpUrl } = record;
  const isSrt = isSrtPlatform(platform);
  const own = record.reference ? { callerReference: record.reference } : {};
  const place = { name, ...own, group, platform, rtmpUrl };
  const common = { ...place, preset, standby: record.standby, position: positionOf(record) };
  const loss = { onSourceLoss: onSourceLossOf(record), holdMinutes: record.holdMinutes ?? HOLD_MINUTES_DEFAULT };
  const rest = { sound: record.sound ?? null, ...loss };
  if (isSrt) {
    const { latencyMs, streamId = null } = record;
    const srt = { streamId, ...(latencyMs === undefined ? {} : { latencyMs }) };
    const needs = record.streamKeyCiphertext === null ? [] : ['passphrase' as const];
    return { reference, ...common, backupIngest: false, ...rest, ...srt, needs };
  }
  const terms = { keyUse: record.keyUse ?? 'reusable', keyValidUntil: record.keyValidUntil ?? null };
  const backup = { backupIngest: backupRtmpUrl !== null, ...(backupRtmpUrl === null ? {} : { backupRtmpUrl }) };
  const needs = ['streamKey' as const, ...(backupStreamKeyCiphertext === null ? [] : ['backupStreamKey' as const])];
  return { reference, ...common, ...backup, ...rest, ...terms, needs };
}

/** Returns a ceiling or limit as it is requested, with references in place of ids. */
export function toExportedLimit(
  { atLimit, spared }: { atLimit: AtLimit; spared: readonly string[] },
  references: References,
) {
  return { ...atLimit, spared: toReferences(spared, references) };
}

/** Translates ids, without destinations that are gone. */
function toReferences(ids: readonly string[], references: References): string[] {
  return ids.flatMap((id) => references.get(id) ?? []);
}

/** Returns a target without its URL and what came of its messages. */
export function toExportedTarget(target: NotificationTarget, references: References): ExportedTarget {
  const { companion = null, email, filter, isEnabled, kind, name } = target;
  const { destinationIds, ...others } = filter;
  return {
    ...{ name, kind, ...(email === null ? {} : { email }), ...(companion === null ? {} : { companion }) },
    filter: { ...others, destinations: toReferences(destinationIds, references) },
    isEnabled,
  };
}

type Planned = Pick<
  Show,
  | 'title'
  | 'description'
  | 'category'
  | 'tags'
  | 'privacy'
  | 'notes'
  | 'zone'
  | 'endRule'
  | 'sendsReport'
  | 'record'
  | 'startsSource'
  | 'sourceLostMinutes'
  | 'onFailure'
  | 'expectedSource'
  | 'ceiling'
> & { destinations: readonly { destinationId: string; offsetSeconds: number; isRequired: boolean }[] };

function toPlan(plan: Planned, references: References) {
  const { category, description, endRule, expectedSource = null, notes, onFailure = 'continue', privacy, tags } = plan;
  const { ceiling, record = false, sendsReport = false, sourceLostMinutes, startsSource = false, title, zone } = plan;
  return {
    ...{ title, description, category, tags, privacy, notes, zone, endRule, sendsReport, record, startsSource },
    ...{ sourceLostMinutes, onFailure, expectedSource },
    ceiling: ceiling && { amount: ceiling.microUsd / 1e6, ...toExportedLimit(ceiling, references) },
    destinations: plan.destinations.flatMap(({ destinationId, isRequired, offsetSeconds }) => {
      const destination = references.get(destinationId);
      return destination === undefined ? [] : [{ destination, offsetSeconds, isRequired }];
    }),
  };
}

/** Returns the plan of a show that has not begun and belongs to no series. */
export function toExportedShow(show: Show, references: References, cover: string | null): ExportedShow {
  const { localEnd, localStart, state } = show;
  return { ...toPlan(show, references), localStart, localEnd, isDraft: state === 'draft', cover };
}

/** Returns what is left of a series; null when its last date has passed. */
export function toExportedSeries(
  series: ShowSeries,
  { cover, now, references }: { references: References; cover: string | null; now: Date },
): ExportedShow | null {
  const { dates, plan, rule } = series;
  const left = dates.filter((date) => Date.parse(timesOn(plan, date).startsAt) > now.getTime());
  const [first] = left;
  if (first === undefined) return null;
  const { localEnd, localStart } = timesOn(plan, first);
  const recurrence = recurrenceFrom(rule, left.length);
  return { ...toPlan(plan, references), localStart, localEnd, recurrence, isDraft: plan.isDraft, cover };
}
