import { html } from 'hono/html';
import {
  listTopics,
  narrow,
  SEARCH_CHARACTERS_MAX,
  type Catalogue,
  type CatalogueFilter,
} from '../../domain/audience-catalogue.ts';
import type { AudienceShow } from '../../domain/audience-show.ts';
import type { PageAssets } from '../audience-deps.ts';
import { isolated, page, type Markup } from './layout.ts';
import { coverPathOf, pathOf, time, topicLink } from './show-texts.ts';

const SECTIONS = [
  { phase: 'live', title: 'Live now' },
  { phase: 'before', title: 'Upcoming' },
  { phase: 'after', title: 'Past' },
] as const;
/** Topics that are offered; the search finds the others. */
const TOPICS_MAX = 24;

/** Lists the public shows. */
export function cataloguePage(assets: PageAssets | null, catalogue: Catalogue, filter: CatalogueFilter): Markup {
  const found = narrow(catalogue, filter);
  const sections = SECTIONS.filter(({ phase }) => found[phase].length > 0);
  return page(
    { title: 'Shows', assets },
    html`<h1>Shows</h1>
      ${searchForm(filter)} ${topics(catalogue, filter)}
      ${sections.map(({ phase, title }) => section(title, found[phase]))}
      ${sections.length === 0 ? html`<p class="empty">${isNarrowed(filter) ? 'No show matches.' : 'No shows are planned.'}</p>` : ''}`,
  );
}

function isNarrowed({ category, tag, words }: CatalogueFilter): boolean {
  return category !== null || tag !== null || words !== null;
}

function searchForm({ words, category, tag }: CatalogueFilter): Markup {
  return html`<form class="search" role="search" action="/watch" method="get">
    <label for="words">Search shows</label>
    <input id="words" name="q" type="search" maxlength="${SEARCH_CHARACTERS_MAX}" value="${words ?? ''}" />
    ${category === null ? '' : html`<input type="hidden" name="category" value="${category}" />`}
    ${tag === null ? '' : html`<input type="hidden" name="tag" value="${tag}" />`}
    <button type="submit">Search</button>
  </form>`;
}

function topics(catalogue: Catalogue, filter: CatalogueFilter): Markup {
  const { categories, tags } = listTopics(catalogue);
  const links = [
    ...categories.map((value) => ({ name: 'category' as const, value })),
    ...tags.map((value) => ({ name: 'tag' as const, value })),
  ].slice(0, TOPICS_MAX);
  if (links.length === 0 && !isNarrowed(filter)) return html``;
  return html`<nav class="topics" aria-label="Topics">
    <ul>
      <li><a href="/watch" ${isNarrowed(filter) ? '' : html`aria-current="page"`}>All</a></li>
      ${links.map(({ name, value }) => html`<li>${topicLink(name, value, filter[name])}</li>`)}
    </ul>
  </nav>`;
}

function section(title: string, shows: readonly AudienceShow[]): Markup {
  return html`<section>
    <h2>${title}</h2>
    <ul class="cards">
      ${shows.map(card)}
    </ul>
  </section>`;
}

function card(show: AudienceShow): Markup {
  const cover = coverPathOf(show);
  return html`<li class="card">
    <a href="${pathOf(show)}">
      ${cover === null ? html`<span class="cover"></span>` : html`<img class="cover" src="${cover}" alt="" width="320" height="180" loading="lazy" />`}
      <span class="title">${isolated(show.title)}</span>
    </a>
    <p>
      ${show.phase === 'live' ? html`<span class="live">Live</span> since ${time(show.liveAt!)}` : time(show.startsAt)}
    </p>
  </li>`;
}
