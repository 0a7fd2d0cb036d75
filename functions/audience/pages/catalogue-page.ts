import { html } from 'hono/html';
import {
  CATALOGUE_ORDERS,
  listTopics,
  SEARCH_CHARACTERS_MAX,
  type Catalogue,
  type CatalogueFilter,
  type CatalogueRequest,
  type Likes,
} from '../../domain/audience-catalogue.ts';
import type { AudienceShow } from '../../domain/audience-show.ts';
import type { PageAssets } from '../audience-deps.ts';
import { page, type Markup } from './layout.ts';
import { showCard } from './show-card.ts';
import { cataloguePathOf, topicLink } from './show-texts.ts';

const SECTIONS = [
  { phase: 'live', title: 'Live now' },
  { phase: 'before', title: 'Upcoming' },
  { phase: 'after', title: 'Past' },
] as const;
/** Topics that are offered; the search finds the others. */
const TOPICS_MAX = 24;

const ORDER_WORDS = { time: 'By time', likes: 'Most liked first' } as const;

interface CataloguePageOptions {
  assets: PageAssets | null;
  /** All public shows, of which the topics are named. */
  catalogue: Catalogue;
  request: CatalogueRequest;
  /** Those to list, in their order. */
  found: Catalogue;
  likes: Likes;
}

/** Lists the public shows. */
export function cataloguePage({ assets, catalogue, request, found, likes }: CataloguePageOptions): Markup {
  const sections = SECTIONS.filter(({ phase }) => found[phase].length > 0);
  return page(
    { title: 'Shows', assets },
    html`<h1>Shows</h1>
      ${searchForm(request)} ${topics(catalogue, request)} ${sections.length === 0 ? '' : orders(request)}
      ${sections.map(({ phase, title }) => section(title, found[phase], likes))}
      ${sections.length === 0 ? html`<p class="empty">${isNarrowed(request) ? 'No show matches.' : 'No shows are planned.'}</p>` : ''}`,
  );
}

function isNarrowed({ category, tag, words }: CatalogueFilter): boolean {
  return category !== null || tag !== null || words !== null;
}

function searchForm({ words, category, tag, order }: CatalogueRequest): Markup {
  return html`<form class="search" role="search" action="/watch" method="get">
    <label for="words">Search shows</label>
    <input id="words" name="q" type="search" maxlength="${SEARCH_CHARACTERS_MAX}" value="${words ?? ''}" />
    ${category === null ? '' : html`<input type="hidden" name="category" value="${category}" />`}
    ${tag === null ? '' : html`<input type="hidden" name="tag" value="${tag}" />`}
    ${order === 'time' ? '' : html`<input type="hidden" name="order" value="${order}" />`}
    <button type="submit">Search</button>
  </form>`;
}

function topics(catalogue: Catalogue, request: CatalogueRequest): Markup {
  const { categories, tags } = listTopics(catalogue);
  const { order } = request;
  const links = [
    ...categories.map((value) => ({ name: 'category' as const, value })),
    ...tags.map((value) => ({ name: 'tag' as const, value })),
  ].slice(0, TOPICS_MAX);
  if (links.length === 0 && !isNarrowed(request)) return html``;
  return html`<nav class="topics" aria-label="Topics">
    <ul>
      <li><a href="${cataloguePathOf({ order })}" ${isNarrowed(request) ? '' : html`aria-current="page"`}>All</a></li>
      ${links.map(({ name, value }) => html`<li>${topicLink(name, value, { chosen: request[name], order })}</li>`)}
    </ul>
  </nav>`;
}

function orders(request: CatalogueRequest): Markup {
  return html`<nav class="topics" aria-label="Order">
    <ul>
      ${CATALOGUE_ORDERS.map((order) => {
        const isChosen = order === request.order;
        return html`<li>
          <a href="${cataloguePathOf({ ...request, order })}" ${isChosen ? html`aria-current="page"` : ''}
            >${ORDER_WORDS[order]}</a
          >
        </li>`;
      })}
    </ul>
  </nav>`;
}

/** The count of likes; a show without likes gets no note. */
function likesOf({ id }: AudienceShow, likes: Likes): Markup | '' {
  const count = likes.get(id) ?? 0;
  return count === 0 ? '' : html`${count === 1 ? '1 like' : `${count} likes`}`;
}

function section(title: string, shows: readonly AudienceShow[], likes: Likes): Markup {
  return html`<section>
    <h2>${title}</h2>
    <ul class="cards">
      ${shows.map((show) => showCard(show, likesOf(show, likes)))}
    </ul>
  </section>`;
}
