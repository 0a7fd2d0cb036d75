import type { PublicChatMessage } from '../../../functions/domain/chat.ts';
import { create } from './elements.ts';

/** The list of messages. It follows the newest one, unless the reader has scrolled up. */
export interface MessageLog {
  element: HTMLElement;
  /** Shows these messages instead of the others. */
  replace: (messages: readonly PublicChatMessage[]) => void;
  /** Adds messages that are not there yet. */
  add: (messages: readonly PublicChatMessage[]) => void;
  remove: (messageIds: readonly string[]) => void;
  /** Removes all messages up to one. */
  removeThrough: (messageId: string) => void;
}

const SHOWN_MAX = 300;
/** Closer to the end than a line counts as at the end. */
const END_PIXELS = 40;
const COLOURS = 6;

/** @param flagPathOf the page on which a reader reports a message */
export function createMessageLog(flagPathOf: (messageId: string) => string): MessageLog {
  const list = create('div', { className: 'messages', tabIndex: 0 });
  list.setAttribute('role', 'log');
  list.setAttribute('aria-label', 'Messages');
  const empty = create('p', { className: 'empty', textContent: 'No messages yet.' });
  const more = create('button', { type: 'button', className: 'more', textContent: 'New messages', hidden: true });
  const element = create('div', { className: 'log' }, empty, list, more);
  const rows = new Map<string, HTMLElement>();
  const format = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

  const isAtEnd = () => list.scrollHeight - list.scrollTop - list.clientHeight < END_PIXELS;
  function goToEnd(): void {
    list.scrollTop = list.scrollHeight;
    more.hidden = true;
  }
  more.addEventListener('click', () => {
    goToEnd();
    list.focus();
  });
  list.addEventListener('scroll', () => {
    if (isAtEnd()) more.hidden = true;
  });

  function update(change: () => void): void {
    const wasAtEnd = isAtEnd();
    change();
    if (wasAtEnd) {
      for (const [id] of rows) {
        if (rows.size <= SHOWN_MAX) break;
        drop(id);
      }
      goToEnd();
    }
    empty.hidden = rows.size > 0;
  }

  function drop(id: string): void {
    rows.get(id)?.remove();
    rows.delete(id);
  }

  function flagLink({ messageId, name }: PublicChatMessage): HTMLAnchorElement {
    const link = create('a', {
      className: 'flag',
      href: flagPathOf(messageId),
      target: '_blank',
      textContent: 'Report',
    });
    link.rel = 'noopener nofollow';
    link.setAttribute('aria-label', `Report the message of ${name}`);
    return link;
  }

  function append(message: PublicChatMessage): boolean {
    const { messageId, name, text, at, author } = message;
    if (rows.has(messageId)) return false;
    const row = create(
      'p',
      {},
      create('time', { dateTime: at, textContent: format.format(new Date(at)) }),
      ' ',
      create('bdi', { className: `author author-${colourOf(author)}`, textContent: name }),
      ': ',
      create('span', { dir: 'auto', textContent: text }),
      ' ',
      flagLink(message),
    );
    rows.set(messageId, row);
    list.append(row);
    return true;
  }

  return {
    element,
    replace(messages) {
      const kept = new Set(messages.map(({ messageId }) => messageId));
      update(() => {
        for (const id of rows.keys()) if (!kept.has(id)) drop(id);
        for (const message of messages) append(message);
      });
    },
    add(messages) {
      const isScrolledUp = !isAtEnd();
      update(() => {
        const isNew = messages.map(append).includes(true);
        if (isNew && isScrolledUp) more.hidden = false;
      });
    },
    remove: (messageIds) => update(() => messageIds.forEach(drop)),
    removeThrough: (last) => update(() => [...rows.keys()].filter((id) => id <= last).forEach(drop)),
  };
}

/** Returns the same colour for the same author. */
function colourOf(author: string): number {
  return [...author].reduce((sum, character) => sum + character.charCodeAt(0), 0) % COLOURS;
}
