import { html } from 'hono/html';
import type { CatalogueOrder, CatalogueRequest } from '../../domain/audience-catalogue.ts';
import type { AudienceShow } from '../../domain/audience-show.ts';
import { isolated, type Markup } from './layout.ts';

/** Words and addresses that several pages use for a show. */

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone: 'UTC' });

/** Returns an instant in UTC. The page's script writes the watcher's own time instead. */
export function time(instant: string): Markup {
  return html`<time datetime="${instant}" data-local>${TIME.format(new Date(instant))} UTC</time>`;
}

export const PHASE_WORDS = { before: 'Upcoming', live: 'Live', after: 'Past' } as const;

/** Returns the path of a show's page. */
export function pathOf({ slug }: AudienceShow): string {
  return `/watch/${slug}`;
}

/** Returns the path of a show's cover; null without one. */
export function coverPathOf({ id, cover }: AudienceShow): string | null {
  return cover === null ? null : `/audience/v1/shows/${id}/cover.png?version=${cover.version}`;
}

/** Returns the path of the catalogue with these choices. */
export function cataloguePathOf({ category, tag, words, order }: Partial<CatalogueRequest>): string {
  const chosen = { category, tag, q: words, order: order === 'time' ? null : order };
  const query = new URLSearchParams(Object.entries(chosen).flatMap(([name, value]) => (value ? [[name, value]] : [])));
  return query.size === 0 ? '/watch' : `/watch?${query.toString()}`;
}

/** Links to the shows of a category or a tag. @param now.chosen the one that the page lists now */
export function topicLink(
  name: 'category' | 'tag',
  value: string,
  { chosen = null, order = 'time' }: { chosen?: string | null; order?: CatalogueOrder } = {},
): Markup {
  return html`<a
    href="${cataloguePathOf({ [name]: value, order })}"
    ${chosen === value ? html`aria-current="page"` : ''}
    >${name === 'tag' ? '#' : ''}${isolated(value)}</a
  >`;
}

/** Returns a description without line breaks, short enough for a link preview. */
export function summaryOf({ description }: AudienceShow): string {
  const text = description.replaceAll(/\s+/g, ' ').trim();
  const characters = [...text];
  return characters.length <= SUMMARY_MAX ? text : `${characters.slice(0, SUMMARY_MAX - 1).join('')}…`;
}

const SUMMARY_MAX = 200;
