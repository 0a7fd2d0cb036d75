import { expandRecurrence } from '../../domain/recurrence.ts';
import { wallClockSeconds } from '../../domain/show-series.ts';
import { isWallClock, isZone, toInstant } from '../../domain/wall-clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { requireTimes } from '../plan-show.ts';
import type { OwnRequest } from '../read-as-caller.ts';
import type { ExportedShow } from '../schemas/transfer.ts';
import { numbered, pairItems, type Pairing } from './pair-items.ts';
import { changedFields, planItem, refuseItem, type Ids, type PlannedItem } from './plan-item.ts';
import type { DescribedDeployment } from './read-document.ts';
import { recurrenceFrom } from './recurrence-from.ts';

/** Plans the import of shows, series and their covers. */

interface Options {
  described: DescribedDeployment;
  translate: (reference: string) => string;
  /** True keeps the state of scheduled shows; false makes drafts of them. */
  schedules: boolean;
}

interface Here {
  /** The show; of a series, its next one. Null when it has none yet. */
  showId: string | null;
  exported: ExportedShow;
}

/** Plans the import of each show and series, and of its cover. */
export function planShows(deps: ApiDeps, wanted: readonly ExportedShow[], options: Options): PlannedItem[] {
  const { described, translate } = options;
  const items = wanted.map((item) => withoutPastDates(item, deps.now()));
  const translated = items.map((item) => translateAll(item, translate));
  const pairs = pairItems(translated, listHere(described), {
    isEqual: (item, { exported }) => changedPlan(item, exported).length === 0,
    nameOfWanted: nameOf,
    nameOfHere: ({ exported }) => nameOf(exported),
  });
  const keys = numbered(wanted.map(({ localStart, title }) => `${title} ${localStart}`));
  return items.flatMap((item, index) => {
    const made: { showId: string | null } = { showId: null };
    const show = plan(
      deps,
      { item, key: keys[index]!, made, pair: pairs[index]!, translated: translated[index]! },
      options,
    );
    const cover = planCover({ item, key: keys[index]!, made, pair: pairs[index]!, show });
    return cover ? [show, cover] : [show];
  });
}

function listHere({ document, open, series, shows }: DescribedDeployment): Here[] {
  return document.shows.map((exported, index) => {
    const show = shows[index];
    if (show) return { showId: show.showId, exported };
    const { seriesId } = series[index - shows.length]!;
    return { showId: open.find((each) => each.series?.seriesId === seriesId)?.showId ?? null, exported };
  });
}

/** People recognise a show by its title and start, and a series by its title and time of day. */
function nameOf({ localStart, recurrence, title, zone }: ExportedShow): string {
  return JSON.stringify(
    recurrence === undefined ? [title, localStart, zone] : [title, localStart.slice(11), zone, 'series'],
  );
}

function translateAll(item: ExportedShow, translate: Options['translate']): ExportedShow {
  const { ceiling, destinations } = item;
  return {
    ...item,
    ceiling: ceiling && { ...ceiling, spared: ceiling.spared.map(translate) },
    destinations: destinations.map((each) => ({ ...each, destination: translate(each.destination) })),
  };
}

/** Whether it is a draft is no part of the comparison: an import schedules and unschedules nothing that is here. */
function changedPlan({ cover: _cover, isDraft: _draft, ...rest }: ExportedShow, here: ExportedShow): string[] {
  return changedFields(rest, here);
}

/** Moves a series to its next date, as an export at this time would have it. */
function withoutPastDates(item: ExportedShow, now: Date): ExportedShow {
  const { localEnd = null, localStart, recurrence, zone } = item;
  if (recurrence === undefined || !hasReadableTimes(item)) return item;
  const expanded = expandRecurrence(recurrence, { localStart, zone }, now);
  if (!expanded.ok) return item;
  const timeOfDay = localStart.slice(10);
  const isAhead = (date: string) => {
    const start = toInstant(`${date}${timeOfDay}`, zone);
    return !start.ok || start.at > now;
  };
  const left = expanded.dates.filter(isAhead);
  const [first] = left;
  if (first === undefined || left.length === expanded.dates.length) return item;
  const start = `${first}${timeOfDay}`;
  const seconds = localEnd === null ? null : wallClockSeconds(localStart, localEnd);
  const end = seconds === null ? null : new Date(Date.parse(`${start}Z`) + seconds * 1000).toISOString().slice(0, 19);
  return { ...item, localStart: start, localEnd: end, recurrence: recurrenceFrom(recurrence, left.length) };
}

/** Times that cannot be read stay as they are: the check of the item says what is wrong with them. */
function hasReadableTimes({ localEnd = null, localStart, zone }: ExportedShow): boolean {
  const times = localEnd === null ? [localStart] : [localStart, localEnd];
  return isZone(zone) && times.every((time) => isWallClock(time));
}

interface Asked {
  item: ExportedShow;
  translated: ExportedShow;
  key: string;
  pair: Pairing<Here>;
  /** Filled once the show is here. */
  made: { showId: string | null };
}

function plan(deps: ApiDeps, { item, key, made, pair, translated }: Asked, { schedules }: Options): PlannedItem {
  const kind = item.recurrence === undefined ? 'show' : 'series';
  const refersTo = item.destinations.map(({ destination }) => destination);
  const base = planItem(kind, { name: item.title, key }, { status: 'new', request: null, refersTo });
  if (pair.kind === 'ambiguous') {
    const detail = `several shows have the title ${item.title} and this start, so the one to change is not known`;
    return refuseItem(base, { detail, remedy: 'change the title of one, here or in the document' });
  }
  if (pair.kind === 'new') {
    const isDraft = schedules ? (item.isDraft ?? true) : true;
    return {
      ...base,
      request: (ids) => ({ method: 'POST', path: '/api/shows', body: { ...toBody(item, ids), isDraft } }),
      check: () => {
        const { endRule = 'hand', localEnd = null, localStart, zone } = item;
        requireTimes(deps, { endRule, localEnd, localStart, zone });
      },
      note: ({ showId }) => void (made.showId = String(showId)),
    };
  }
  made.showId = pair.here.showId;
  const fields = changedPlan(translated, pair.here.exported);
  if (fields.length === 0) return { ...base, status: 'same' };
  const changed = { ...base, status: 'changed' as const, fields };
  if (kind === 'series') {
    const detail = 'a series with this title and time is here, and differs';
    return refuseItem(changed, { detail, remedy: 'change it on its page, or cancel it there and import again' });
  }
  return {
    ...changed,
    request: (ids) => {
      const body = Object.fromEntries(Object.entries(toBody(item, ids)).filter(([field]) => fields.includes(field)));
      return { method: 'PATCH', path: `/api/shows/${made.showId}`, body };
    },
  };
}

function toBody({ cover: _cover, isDraft: _draft, ceiling, destinations, ...rest }: ExportedShow, ids: Ids) {
  return {
    ...rest,
    ceiling: ceiling && { ...ceiling, spared: ceiling.spared.flatMap((each) => ids.get(each) ?? []) },
    destinations: destinations.map(({ destination, ...how }) => ({ destinationId: ids.get(destination), ...how })),
  };
}

function planCover({
  item,
  key,
  made,
  pair,
  show,
}: Omit<Asked, 'translated'> & { show: PlannedItem }): PlannedItem | null {
  const { cover, recurrence, title } = item;
  if (cover === null) return null;
  const present = 'here' in pair ? pair.here.exported.cover : null;
  const status = present === cover ? 'same' : present === null ? 'new' : 'changed';
  const png = Buffer.from(cover, 'base64');
  const scope = recurrence === undefined ? '' : '?scope=following';
  const request = (): OwnRequest => ({ method: 'PUT', path: `/api/shows/${made.showId}/cover${scope}`, png });
  const planned = planItem(
    'cover',
    { name: `Cover of ${title}`, key },
    {
      status,
      fields: status === 'changed' ? ['cover'] : [],
      request: status === 'same' ? null : request,
      after: show.item,
    },
  );
  if (show.status !== 'conflict' || 'here' in pair) return planned;
  return refuseItem(planned, { detail: 'its show cannot be imported', remedy: 'see the show' });
}
