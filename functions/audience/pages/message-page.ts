import { html } from 'hono/html';
import type { PageAssets } from '../audience-deps.ts';
import { page, type Markup } from './layout.ts';

/** The one answer for a show that is unknown, private, a draft or cancelled. */
export function missingPage(assets: PageAssets | null): Markup {
  return message(assets, 'Not found', 'There is no such show, or its link no longer works. Ask for a new link.');
}

/** Shown while more people read the public pages than this machine serves at once. */
export function busyPage(assets: PageAssets | null): Markup {
  return message(assets, 'Too many visitors', 'This site is busy at the moment. Try again in a few seconds.');
}

/** Shown when something went wrong on our side. */
export function failurePage(assets: PageAssets | null): Markup {
  return message(assets, 'Something went wrong', 'The page could not be shown. Try again in a moment.');
}

/** Shown while an administrator has closed the pages. */
export function closedPage(assets: PageAssets | null): Markup {
  return message(assets, 'Closed', 'The people who run this site have closed it for now. Come back later.');
}

function message(assets: PageAssets | null, title: string, text: string): Markup {
  return page(
    { title, assets, hasScript: false },
    html`<section class="message">
      <h1>${title}</h1>
      <p>${text}</p>
      <p><a href="/watch">All shows</a></p>
    </section>`,
  );
}
