import { html } from 'hono/html';
import type { AudienceShow } from '../../domain/audience-show.ts';
import type { RecommendedShow } from '../../domain/recommended-shows.ts';
import type { PageAssets } from '../audience-deps.ts';
import type { RecordingState } from '../find-show.ts';
import { isolated, page, type Markup } from './layout.ts';
import { showCard } from './show-card.ts';
import { coverPathOf, pathOf, PHASE_WORDS, summaryOf, time, topicLink } from './show-texts.ts';

const RECORDING_WORDS: Record<RecordingState, string> = {
  none: 'There is no recording.',
  preparing: 'Its recording will be here soon.',
  ready: '',
};

interface ShowPageOptions {
  show: AudienceShow;
  /** Whether a past show can be watched. */
  recording: RecordingState;
  /** Scheme, host and port under which the page was requested. */
  origin: string;
  assets: PageAssets | null;
  /** True for a show with a chat, reactions or a rating. */
  hasChat: boolean;
  /** Other shows that share something with it. */
  recommended: readonly RecommendedShow[];
}

/** The page of a show: before it with a countdown, while it is live with the player, afterwards with its recording. */
export function showPage({ show, recording, origin, assets, hasChat, recommended }: ShowPageOptions): Markup {
  return page(
    { title: show.title, assets, head: headOf(show, origin) },
    html`<article class="show" data-show="${show.id}" data-phase="${show.phase}" data-recording="${recording}">
        ${stage(show, recording)} ${hasChat ? html`<aside class="chat" data-chat aria-label="Chat"></aside>` : ''}
        <h1>${isolated(show.title)}</h1>
        <p class="when">${whenOf(show, recording)}</p>
        ${show.description === '' ? '' : html`<p class="description" dir="auto">${show.description}</p>`}
        ${topics(show)}
        <p class="flag"><a href="${pathOf(show)}/flag" rel="nofollow">Report</a></p>
      </article>
      ${more(recommended)}`,
  );
}

/** The same for a frame on another site: the picture, and a link to the page. */
export function embedPage({ show, recording, assets }: Pick<ShowPageOptions, 'show' | 'recording' | 'assets'>): Markup {
  return page(
    { title: show.title, assets, isEmbedded: true },
    html`<article class="show" data-show="${show.id}" data-phase="${show.phase}" data-recording="${recording}">
      ${stage(show, recording)}
      <p class="caption"><a href="${pathOf(show)}" target="_blank" rel="noopener">${isolated(show.title)}</a></p>
      <p class="when">${whenOf(show, recording)}</p>
    </article>`,
  );
}

/** Other shows, each with the reason why it is here. */
function more(recommended: readonly RecommendedShow[]): Markup {
  if (recommended.length === 0) return html``;
  return html`<section>
    <h2>More shows</h2>
    <ul class="cards">
      ${recommended.map(({ show, reason }) => showCard(show, isolated(reason)))}
    </ul>
  </section>`;
}

/** The place of the picture. The script puts the player here. */
function stage(show: AudienceShow, recording: RecordingState): Markup {
  const cover = coverPathOf(show);
  const hasPicture = show.phase === 'live' || recording === 'ready';
  return html`<div
    class="stage"
    ${hasPicture ? html`data-player` : ''}
    ${cover === null ? '' : html`data-poster="${cover}"`}
  >
    ${cover === null ? '' : html`<img class="poster" src="${cover}" alt="" width="${show.cover!.width}" height="${show.cover!.height}" />`}
    ${show.phase === 'before' ? html`<p class="countdown" data-countdown="${show.startsAt}" role="timer" hidden></p>` : ''}
    ${hasPicture ? html`<noscript><p>The player needs JavaScript.</p></noscript>` : ''}
  </div>`;
}

function whenOf(show: AudienceShow, recording: RecordingState): Markup {
  const { phase, startsAt, liveAt, endedAt, id } = show;
  const word = html`<span class="${phase === 'live' ? 'live' : 'phase'}">${PHASE_WORDS[phase]}</span>`;
  if (phase === 'live') return html`${word} since ${time(liveAt!)}`;
  if (phase === 'after')
    return html`${word}. ${endedAt === null ? 'It is ending.' : html`It ended on ${time(endedAt)}.`}
    ${RECORDING_WORDS[recording]}`;
  return html`${word}: ${time(startsAt)}. <a href="/audience/v1/shows/${id}/calendar.ics">Add to calendar</a>`;
}

function topics({ category, tags }: AudienceShow): Markup {
  if (category === null && tags.length === 0) return html``;
  return html`<ul class="tags" aria-label="Topics">
    ${category === null ? '' : html`<li>${topicLink('category', category)}</li>`}
    ${tags.map((tag) => html`<li>${topicLink('tag', tag)}</li>`)}
  </ul>`;
}

/** A private show has no link preview, because a service that unfurls links has no invitation. */
function headOf(show: AudienceShow, origin: string): Markup {
  if (show.privacy === 'private') return html`<meta name="robots" content="noindex, nofollow" />`;
  const address = origin + pathOf(show);
  const cover = coverPathOf(show);
  const summary = summaryOf(show);
  const oembed = `${origin}/oembed?${new URLSearchParams({ url: address, format: 'json' }).toString()}`;
  return html`<link rel="canonical" href="${address}" />
    <link rel="alternate" type="application/json+oembed" href="${oembed}" title="${show.title}" />
    ${show.privacy === 'unlisted' ? html`<meta name="robots" content="noindex" />` : ''}
    ${summary === '' ? '' : html`<meta name="description" content="${summary}" /><meta property="og:description" content="${summary}" />`}
    <meta property="og:type" content="video.other" />
    <meta property="og:title" content="${show.title}" />
    <meta property="og:url" content="${address}" />
    ${cover === null ? '' : html`<meta property="og:image" content="${origin}${cover}" /><meta property="og:image:width" content="${show.cover!.width}" /><meta property="og:image:height" content="${show.cover!.height}" />`}
    <meta name="twitter:card" content="${cover === null ? 'summary' : 'summary_large_image'}" />`;
}
