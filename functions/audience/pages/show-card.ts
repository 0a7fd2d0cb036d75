import { html } from 'hono/html';
import type { AudienceShow } from '../../domain/audience-show.ts';
import { isolated, type Markup } from './layout.ts';
import { coverPathOf, pathOf, time } from './show-texts.ts';

/** A show in a list: cover, title and when. @param note what else is said of it, or nothing */
export function showCard(show: AudienceShow, note: Markup | '' = ''): Markup {
  const cover = coverPathOf(show);
  return html`<li class="card">
    <a href="${pathOf(show)}">
      ${cover === null ? html`<span class="cover"></span>` : html`<img class="cover" src="${cover}" alt="" width="320" height="180" loading="lazy" />`}
      <span class="title">${isolated(show.title)}</span>
    </a>
    <p>
      ${show.phase === 'live' ? html`<span class="live">Live</span> since ${time(show.liveAt!)}` : time(show.startsAt)}
    </p>
    ${note === '' ? '' : html`<p>${note}</p>`}
  </li>`;
}
