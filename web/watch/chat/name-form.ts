import { write } from './chat-requests.ts';
import { create } from './elements.ts';

/** Where a person chooses the name that others see. */
export interface NameForm {
  element: HTMLFormElement;
  /** Puts a name into the field, to be changed. */
  fill: (name: string) => void;
  focus: () => void;
}

const NAME_MAX = 40;

interface NameFormOptions {
  showId: string;
  onNamed: (name: string) => void;
  onRefused: (code: string) => void;
}

export function createNameForm({ showId, onNamed, onRefused }: NameFormOptions): NameForm {
  const input = create('input', { id: 'chat-name', maxLength: NAME_MAX, autocomplete: 'off', required: true });
  const label = create('label', { htmlFor: 'chat-name', textContent: 'Your name' });
  const join = create('button', { type: 'submit', textContent: 'Join the chat' });
  const element = create('form', {}, label, input, join);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { body, code } = await write<{ name: string }>('PUT', showId, '/name', { name: input.value });
    if (body) onNamed(body.name);
    else onRefused(code);
  });
  return { element, fill: (name) => void (input.value = name), focus: () => input.focus() };
}
