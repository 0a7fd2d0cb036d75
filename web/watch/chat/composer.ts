import type { PublicChatMessage } from '../../../functions/domain/chat.ts';
import type { Beginning } from './chat-requests.ts';
import { CLOSED_TEXTS, HELD_TEXT, refusalText } from './chat-words.ts';
import { create } from './elements.ts';
import { createMessageForm } from './message-form.ts';
import { createNameForm } from './name-form.ts';

/** Where a person chooses a name and writes, or reads why that is not possible now. */
export interface Composer {
  element: HTMLElement;
  update: (beginning: Beginning) => void;
}

interface ComposerOptions {
  showId: string;
  /** Called with a message that was sent and is visible. */
  onSent: (message: PublicChatMessage) => void;
  /** Called when the server refuses what the page offers, so that it reads the chat again. */
  onChanged: () => void;
}

export function createComposer({ showId, onSent, onChanged }: ComposerOptions): Composer {
  // The cookie with the name is for the server only.
  const nameKey = `sluice-chat-name-${showId}`;
  let name = localStorage.getItem(nameKey);
  let isOpen = false;
  const closed = create('p', { className: 'closed' });
  const status = create('p', { className: 'status' });
  status.setAttribute('role', 'status');
  const say = (text: string) => void (status.textContent = text);

  function show(): void {
    closed.hidden = isOpen;
    nameForm.element.hidden = !isOpen || name !== null;
    messageForm.element.hidden = !isOpen || name === null;
    messageForm.setName(name ?? '');
  }

  function setName(chosen: string | null): void {
    name = chosen;
    if (chosen === null) localStorage.removeItem(nameKey);
    else localStorage.setItem(nameKey, chosen);
    show();
    (chosen === null ? nameForm : messageForm).focus();
  }

  function refuse(code: string): void {
    say(refusalText(code));
    if (code === 'name_needed') setName(null);
    if (code === 'chat_closed') onChanged();
  }

  const nameForm = createNameForm({
    showId,
    onNamed(chosen) {
      say('');
      setName(chosen);
    },
    onRefused: refuse,
  });
  const messageForm = createMessageForm({
    showId,
    onAnswer({ body, code }) {
      if (!body) return refuse(code);
      if (!body.isHeld) onSent(body.message);
      say(body.isHeld ? HELD_TEXT : '');
    },
    onReady: () => say(''),
    onChangeName() {
      nameForm.fill(name ?? '');
      setName(null);
    },
  });

  return {
    element: create('div', { className: 'composer' }, closed, nameForm.element, messageForm.element, status),
    update({ opening, slowModeSeconds }) {
      isOpen = opening === 'open';
      closed.textContent = opening === 'open' ? '' : CLOSED_TEXTS[opening];
      messageForm.setSlowMode(slowModeSeconds);
      show();
    },
  };
}
