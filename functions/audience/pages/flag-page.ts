import { html } from 'hono/html';
import type { AudienceShow } from '../../domain/audience-show.ts';
import { FLAG_REASONS, type Flag, type FlagReason } from '../../domain/flag.ts';
import type { PageAssets } from '../audience-deps.ts';
import { isolated, page, type Markup } from './layout.ts';
import { pathOf } from './show-texts.ts';

const REASON_WORDS: Record<FlagReason, string> = {
  illegal: 'It is against the law',
  harassment: 'It insults or threatens someone',
  violence: 'It shows violence or something sexual',
  spam: 'It is spam or a fraud',
  copyright: 'It is used without permission of its owner',
  other: 'Something else',
};

interface FlagPageOptions {
  show: AudienceShow;
  message: Flag['message'];
  /** What was wrong with the form that was sent. */
  fault?: string;
}

/** The form with which a watcher flags a show or a message. Its address has the message, so it is sent to itself. */
export function flagPage(assets: PageAssets | null, { show, message, fault }: FlagPageOptions): Markup {
  const title = message === null ? 'Report this show' : 'Report this message';
  return page(
    { title, assets, hasScript: false, head: html`<meta name="robots" content="noindex" />` },
    html`<section class="message">
      <h1>${title}</h1>
      ${
        message === null
          ? html`<p>${isolated(show.title)}</p>`
          : html`<blockquote>${isolated(message.name)}: ${isolated(message.text)}</blockquote>`
      }
      ${fault === undefined ? '' : html`<p role="alert">${fault}</p>`}
      <form class="form" method="post">
        <fieldset>
          <legend>What is wrong with it?</legend>
          ${FLAG_REASONS.map(
            (reason) =>
              html`<label
                ><input type="radio" name="reason" value="${reason}" required /> ${REASON_WORDS[reason]}</label
              >`,
          )}
        </fieldset>
        <label>More about it, if you like<textarea name="text" rows="3" maxlength="500"></textarea></label>
        <button type="submit">Send report</button>
      </form>
      <p><a href="${pathOf(show)}">Back to the show</a></p>
    </section>`,
  );
}

/** Thanks a watcher. */
export function flaggedPage(assets: PageAssets | null, show: AudienceShow): Markup {
  return page(
    { title: 'Thank you', assets, hasScript: false },
    html`<section class="message">
      <h1>Thank you</h1>
      <p>The people who run this site will look at it.</p>
      <p><a href="${pathOf(show)}">Back to the show</a></p>
    </section>`,
  );
}
