import type { AudiencePhase, AudienceShow } from './audience-show.ts';

/**
 * The catalogue of public shows: what is live, what comes next and what is past, narrowed by category, tag and words.
 * Pure.
 */

/** Shows by phase: the next start first, past ones with the newest start first. */
export type Catalogue = Record<AudiencePhase, AudienceShow[]>;

/** What a watcher looks for. Null: anything. */
export interface CatalogueFilter {
  category: string | null;
  tag: string | null;
  /** Words that all occur in a show's texts. */
  words: string | null;
}

/** By time: the next start first, past ones with the newest first. By likes: the most liked first. */
export const CATALOGUE_ORDERS = ['time', 'likes'] as const;
export type CatalogueOrder = (typeof CATALOGUE_ORDERS)[number];

/** What a watcher looks for, and in which order. */
export interface CatalogueRequest extends CatalogueFilter {
  order: CatalogueOrder;
}

/** Likes of each show, by the show's id as watchers see it. Shows without likes may be missing. */
export type Likes = ReadonlyMap<string, number>;

/** Longer searches find nothing more. */
export const SEARCH_CHARACTERS_MAX = 100;
const WORDS_MAX = 8;

/** Returns the shows that match, in the order that was requested. Equally liked ones stay in the order of time. */
export function arrange(catalogue: Catalogue, request: CatalogueRequest, likes: Likes): Catalogue {
  const found = narrow(catalogue, request);
  if (request.order === 'time') return found;
  const likesOf = ({ id }: AudienceShow) => likes.get(id) ?? 0;
  const sort = (shows: AudienceShow[]) => shows.toSorted((one, other) => likesOf(other) - likesOf(one));
  return { live: sort(found.live), before: sort(found.before), after: sort(found.after) };
}

/** Lists all shows, those on air first, then those to come. */
export function allShows({ live, before, after }: Catalogue): AudienceShow[] {
  return [...live, ...before, ...after];
}

/** Returns the shows that match. Upper and lower case, and marks on letters, do not matter. */
export function narrow(catalogue: Catalogue, filter: CatalogueFilter): Catalogue {
  const matches = matcherOf(filter);
  return {
    live: catalogue.live.filter(matches),
    before: catalogue.before.filter(matches),
    after: catalogue.after.filter(matches),
  };
}

/** Lists the categories and tags that occur, the most frequent first. */
export function listTopics(catalogue: Catalogue): { categories: string[]; tags: string[] } {
  const all = allShows(catalogue);
  return {
    categories: byFrequency(all.flatMap(({ category }) => category ?? [])),
    tags: byFrequency(all.flatMap(({ tags }) => tags)),
  };
}

function matcherOf({ category, tag, words }: CatalogueFilter): (show: AudienceShow) => boolean {
  const wanted = fold((words ?? '').slice(0, SEARCH_CHARACTERS_MAX))
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX);
  const [wantedCategory, wantedTag] = [category, tag].map((value) => (value === null ? null : fold(value)));
  return (show) => {
    if (wantedCategory !== null && (show.category === null || fold(show.category) !== wantedCategory)) return false;
    if (wantedTag !== null && !show.tags.some((each) => fold(each) === wantedTag)) return false;
    if (wanted.length === 0) return true;
    const text = fold([show.title, show.description, show.category ?? '', ...show.tags].join('\n'));
    return wanted.every((word) => text.includes(word));
  };
}

/** Returns text in which upper and lower case, and marks on letters, do not matter. */
export function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
}

/** Equal ones keep the order in which they occur, written as the first of them. */
function byFrequency(values: readonly string[]): string[] {
  const counts = new Map<string, { value: string; count: number }>();
  for (const value of values) {
    const known = counts.get(fold(value));
    counts.set(fold(value), { value: known?.value ?? value, count: (known?.count ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((one, other) => other.count - one.count).map(({ value }) => value);
}
