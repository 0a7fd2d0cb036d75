import { createComposer } from './composer.ts';
import { create } from './elements.ts';
import { followChat } from './follow-chat.ts';
import { createMessageLog } from './message-log.ts';
import { createRatingForm } from './rating-form.ts';
import { createReactionBar } from './reaction-bar.ts';

/** Puts the chat of a show on its page. @param showId the id in the addresses of the show's data */
export function openChat(place: HTMLElement, showId: string): void {
  const log = createMessageLog((messageId) => `/watch/${showId}/flag?message=${messageId}`);
  const reactions = createReactionBar(showId);
  const rating = createRatingForm(showId);
  const composer = createComposer({ showId, onSent: (message) => log.add([message]), onChanged: () => restart() });
  const lost = create('p', { className: 'lost', textContent: 'The chat is interrupted. It continues by itself.' });
  lost.setAttribute('role', 'status');
  lost.hidden = true;
  const chat = create('section', {}, create('h2', { textContent: 'Chat' }), log.element, lost, composer.element);
  place.replaceChildren(chat, reactions.element, rating.element);

  const restart = followChat(showId, {
    begin(beginning) {
      // A chat that is off is not there, unless the page showed it before.
      chat.hidden = beginning.opening === 'off';
      log.replace(beginning.messages);
      for (const part of [composer, reactions, rating]) part.update(beginning);
    },
    bucket({ messages, deleted, clearedThrough, reactions: pressed }) {
      if (clearedThrough !== null) log.removeThrough(clearedThrough);
      log.add(messages);
      log.remove(deleted);
      reactions.show(pressed);
    },
    lost: (isLost) => void (lost.hidden = !isLost),
  });
}
