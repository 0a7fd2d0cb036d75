import type { PublicChatMessage } from '../../../functions/domain/chat.ts';
import { write, type Written } from './chat-requests.ts';
import { create } from './elements.ts';

/** Where a person writes a message. */
export interface MessageForm {
  element: HTMLFormElement;
  setName: (name: string) => void;
  /** Seconds between two messages. */
  setSlowMode: (seconds: number) => void;
  focus: () => void;
}

/** The answer to a message. */
export type Sent = Written<{ message: PublicChatMessage; isHeld: boolean }>;

interface MessageFormOptions {
  showId: string;
  onAnswer: (sent: Sent) => void;
  /** Called when the next message may be sent. */
  onReady: () => void;
  onChangeName: () => void;
}

const TEXT_MAX = 500;

export function createMessageForm({ showId, onAnswer, onReady, onChangeName }: MessageFormOptions): MessageForm {
  const input = create('input', { id: 'chat-text', maxLength: TEXT_MAX, autocomplete: 'off', required: true });
  const send = create('button', { type: 'submit', textContent: 'Send' });
  const change = create('button', { type: 'button', textContent: 'Change name' });
  const as = create('bdi');
  const label = create('label', { htmlFor: 'chat-text' }, 'Message as ', as);
  const element = create('form', {}, label, input, send, change);
  const forget = keepDraft(input, `sluice-chat-draft-${showId}`);
  const pause = createPause(send, onReady);
  let slowModeSeconds = 0;

  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (send.disabled) return;
    send.disabled = true;
    const sent: Sent = await write('POST', showId, '/messages', { text: input.value });
    send.disabled = false;
    if (sent.body) {
      input.value = '';
      forget();
      pause(slowModeSeconds);
    } else if (sent.code === 'slow_mode') pause(sent.retryAfterSeconds);
    onAnswer(sent);
  });
  change.addEventListener('click', onChangeName);

  return {
    element,
    setName: (name) => void (as.textContent = name),
    setSlowMode: (seconds) => void (slowModeSeconds = seconds),
    focus: () => input.focus(),
  };
}

/** Keeps what was typed, because the page is loaded again when the show goes live. @returns what forgets it */
function keepDraft(input: HTMLInputElement, key: string): () => void {
  input.value = sessionStorage.getItem(key) ?? '';
  input.addEventListener('input', () => sessionStorage.setItem(key, input.value));
  return () => sessionStorage.removeItem(key);
}

const SECOND_MS = 1_000;

/** Disables a button for seconds and counts them down on it. */
function createPause(button: HTMLButtonElement, onEnd: () => void): (seconds: number) => void {
  const label = button.textContent;
  let timer: ReturnType<typeof setInterval> | undefined;
  return (seconds) => {
    clearInterval(timer);
    if (seconds <= 0) return;
    let left = seconds;
    const show = () => {
      button.disabled = left > 0;
      button.textContent = left > 0 ? `${label} in ${left} s` : label;
    };
    show();
    timer = setInterval(() => {
      left -= 1;
      show();
      if (left > 0) return;
      clearInterval(timer);
      onEnd();
    }, SECOND_MS);
  };
}
