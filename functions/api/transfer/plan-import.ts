import { AppError } from '../../domain/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { TransferDocument, TransferKeys } from '../schemas/transfer.ts';
import { planDestinations, type WantedDestination } from './plan-destinations.ts';
import { problemOf, refuseItem, type Ids, type PlannedItem } from './plan-item.ts';
import { planSettings } from './plan-settings.ts';
import { planShows } from './plan-shows.ts';
import { planTargets } from './plan-targets.ts';
import { readDocument } from './read-document.ts';
import { referencesOf } from './references.ts';

/** What an import is about: a whole document, or destinations of a spreadsheet. */
export type Wanted =
  | { kind: 'document'; document: TransferDocument; keys: TransferKeys }
  | { kind: 'destinations'; destinations: WantedDestination[] };

export interface ImportPlan {
  items: PlannedItem[];
  ids: Ids;
}

/** Compares what is wanted with what is here. Changes nothing. */
export async function planImport(
  deps: ApiDeps,
  wanted: Wanted,
  { schedules }: { schedules: boolean },
): Promise<ImportPlan> {
  const described = await readDocument(deps, wanted.kind === 'document' && hasPictures(wanted.document));
  const ids: Ids = new Map();
  if (wanted.kind === 'destinations') {
    return { items: await planDestinations(deps, wanted.destinations, { described, ids }), ids };
  }
  const { document, keys } = wanted;
  const destinations = await planDestinations(deps, document.destinations.map(toWanted(keys)), { described, ids });
  const here = referencesOf(described.destinations);
  // One that is not here differs from every one that is.
  const translate = (reference: string) => here.get(ids.get(reference) ?? '') ?? `\n${reference}`;
  const options = { described, translate, now: deps.now(), schedules, keys: keys.notificationTargets };
  const items = [
    ...destinations,
    ...(await planTargets(deps, document.notificationTargets, options)),
    ...planSettings(document.settings, options),
    ...planShows(deps, document.shows, options),
  ];
  return { items, ids };
}

/** Pictures here are compared with those of the document only. */
function hasPictures({ settings, shows }: TransferDocument): boolean {
  return !!settings.slateImage || shows.some(({ cover }) => cover !== null);
}

function toWanted(keys: TransferKeys) {
  return ({ needs, reference, ...fields }: TransferDocument['destinations'][number]): WantedDestination => ({
    reference,
    fields,
    needs,
    secrets: keys.destinations[reference] ?? {},
  });
}

/** Refuses items that refer to destinations that are neither here nor imported. @param isWanted whether an item is selected */
export function requireReferences({ ids, items }: ImportPlan, isWanted: (item: PlannedItem) => boolean): PlannedItem[] {
  const coming = new Set(items.filter((item) => item.request && isWanted(item)).map(({ reference }) => reference));
  return items.map((item) => {
    const missing = item.request && item.refersTo.find((each) => !ids.has(each) && !coming.has(each));
    if (!missing) return item;
    return refuseItem(item, {
      detail: `refers to the destination ${missing}, which is not here`,
      remedy: 'import that destination, too',
    });
  });
}

/** How many checks run at the same time: each may ask the name service. */
const AT_ONCE = 20;

/**
 * Checks what a request would refuse, for a preview.
 * @param isOver true when there is no time left. What is not checked then is checked by the import itself
 */
export async function checkAll(items: readonly PlannedItem[], isOver: () => boolean): Promise<PlannedItem[]> {
  const checked: PlannedItem[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const some = items.slice(from, from + AT_ONCE);
    checked.push(...(isOver() ? some : await Promise.all(some.map(checkOne))));
  }
  return checked;
}

async function checkOne(item: PlannedItem): Promise<PlannedItem> {
  if (!item.request || !item.check) return item;
  try {
    await item.check();
    return item;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { detail, remedy } = problemOf(error);
    const isOnAir = error.code === 'restart_required';
    return refuseItem(item, { detail, remedy: isOnAir ? 'stop the destination, then import again' : remedy });
  }
}
