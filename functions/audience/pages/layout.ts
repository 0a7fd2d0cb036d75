import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { PageAssets } from '../audience-deps.ts';

/** Markup whose values were escaped by `html`. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Base of the pages' own files. */
export const ASSETS_PATH = '/audience/assets';

export interface PageOptions {
  /** Shown in the tab. */
  title: string;
  assets: PageAssets | null;
  /** More for the head, such as Open Graph. */
  head?: Markup;
  /** True for a page in a frame of another site: without header and footer. */
  isEmbedded?: boolean;
  /** False for pages that need no script. */
  hasScript?: boolean;
}

/** Returns a whole page. Works without a script; the script adds the player, the countdown and local times. */
export function page({ title, assets, head, isEmbedded = false, hasScript = true }: PageOptions, body: Markup): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${assets && html`<link rel="stylesheet" href="${ASSETS_PATH}/${assets.style}" />`}
        ${assets && hasScript && html`<script type="module" src="${ASSETS_PATH}/${assets.script}"></script>`}
        ${head ?? ''}
      </head>
      <body class="${isEmbedded ? 'embed' : ''}">
        ${isEmbedded ? '' : header()}
        <main id="content">${body}</main>
      </body>
    </html>`;
}

function header(): Markup {
  return html`<a class="skip" href="#content">Skip to content</a>
    <header class="bar"><a href="/watch">Shows</a></header>`;
}

/** Returns text that comes from people, kept from changing the direction of what surrounds it. */
export function isolated(text: string): Markup {
  return html`<bdi dir="auto">${text}</bdi>`;
}
