import type { PublicChatMessage } from '../../../functions/domain/chat.ts';
import type { Beginning } from './chat-requests.ts';
import { write } from './chat-requests.ts';
import { CLOSED_TEXTS, refusalText } from './chat-words.ts';
import { create } from './elements.ts';

/** Where a person chooses a name and writes. */
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

const TEXT_MAX = 500;
const NAME_MAX = 40;
const SECOND_MS = 1_000;

export function createComposer({ showId, onSent, onChanged }: ComposerOptions): Composer {
  const nameKey = `sluice-chat-name-${showId}`;
  const draftKey = `sluice-chat-draft-${showId}`;
  let slowModeSeconds = 0;
  let name = localStorage.getItem(nameKey);
  let waiting: ReturnType<typeof setInterval> | undefined;

  const nameInput = create('input', { id: 'chat-name', maxLength: NAME_MAX, autocomplete: 'off', required: true });
  const nameForm = create(
    'form',
    {},
    create('label', { htmlFor: 'chat-name', textContent: 'Your name' }),
    nameInput,
    create('button', { type: 'submit', textContent: 'Join the chat' }),
  );
  const textInput = create('input', { id: 'chat-text', maxLength: TEXT_MAX, autocomplete: 'off', required: true });
  const send = create('button', { type: 'submit', textContent: 'Send' });
  const as = create('bdi');
  const change = create('button', { type: 'button', textContent: 'Change name' });
  const textForm = create(
    'form',
    {},
    create('label', { htmlFor: 'chat-text' }, 'Message as ', as),
    textInput,
    send,
    change,
  );
  const closed = create('p', { className: 'closed', hidden: true });
  const status = create('p', { className: 'status' });
  status.setAttribute('role', 'status');
  const element = create('div', { className: 'composer' }, closed, nameForm, textForm, status);

  // The page is loaded again when the show goes live.
  textInput.value = sessionStorage.getItem(draftKey) ?? '';
  textInput.addEventListener('input', () => sessionStorage.setItem(draftKey, textInput.value));

  const say = (text: string) => void (status.textContent = text);
  function showForms(isOpen: boolean): void {
    nameForm.hidden = !isOpen || name !== null;
    textForm.hidden = !isOpen || name === null;
    as.textContent = name;
  }

  function setName(chosen: string | null): void {
    name = chosen;
    if (chosen === null) localStorage.removeItem(nameKey);
    else localStorage.setItem(nameKey, chosen);
    showForms(true);
    (chosen === null ? nameInput : textInput).focus();
  }

  /** Counts down, so that the person sees when the next message can be sent. */
  function wait(seconds: number, text: string): void {
    clearInterval(waiting);
    let left = seconds;
    send.disabled = left > 0;
    if (left <= 0) return say(text);
    say(text);
    const write = () => (send.textContent = left > 0 ? `Send in ${left} s` : 'Send');
    write();
    waiting = setInterval(() => {
      left -= 1;
      write();
      if (left > 0) return;
      clearInterval(waiting);
      send.disabled = false;
      say('');
    }, SECOND_MS);
  }

  function refuse(code: string): void {
    say(refusalText(code));
    if (code === 'name_needed') setName(null);
    if (code === 'chat_closed') onChanged();
  }

  nameForm.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { body, code } = await write<{ name: string }>('PUT', showId, '/name', { name: nameInput.value });
    if (!body) return refuse(code);
    say('');
    setName(body.name);
  });

  textForm.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    const answer = await write<{ message: PublicChatMessage; isHeld: boolean }>('POST', showId, '/messages', {
      text: textInput.value,
    });
    send.disabled = false;
    const { body, code, retryAfterSeconds } = answer;
    if (!body && code === 'slow_mode') return wait(retryAfterSeconds, 'Slow mode is on. Your message is kept.');
    if (!body) return refuse(code);
    textInput.value = '';
    sessionStorage.removeItem(draftKey);
    if (!body.isHeld) onSent(body.message);
    wait(slowModeSeconds, body.isHeld ? 'A moderator will see your message before others do.' : '');
  });

  change.addEventListener('click', () => {
    nameInput.value = name ?? '';
    setName(null);
  });

  return {
    element,
    update({ opening, slowModeSeconds: seconds }) {
      slowModeSeconds = seconds;
      closed.hidden = opening === 'open';
      closed.textContent = opening === 'open' ? '' : CLOSED_TEXTS[opening];
      showForms(opening === 'open');
    },
  };
}
