import type { ChatBucket } from '../../../functions/domain/chat-bucket.ts';
import { write, type Beginning } from './chat-requests.ts';
import { create } from './elements.ts';

/** Buttons for reactions and the like. */
export interface ReactionBar {
  element: HTMLElement;
  update: (beginning: Beginning) => void;
  /** Shows what all readers have pressed. */
  show: (reactions: ChatBucket['reactions']) => void;
}

/** Presses are sent together. */
const SEND_EVERY_MS = 2_000;
const PER_REQUEST_MAX = 20;

export function createReactionBar(showId: string): ReactionBar {
  const likedKey = `sluice-liked-${showId}`;
  const emojis = create('div', { className: 'reactions' });
  emojis.setAttribute('role', 'group');
  emojis.setAttribute('aria-label', 'Reactions');
  const like = create('button', { type: 'button', className: 'like' });
  const element = create('div', { className: 'reaction-bar', hidden: true }, emojis, like);
  const counts = new Map<string, HTMLElement>();
  let pressed: Record<string, number> = {};
  let sending: ReturnType<typeof setTimeout> | undefined;
  let likes = 0;
  let isLiked = localStorage.getItem(likedKey) !== null;

  function press(name: string): void {
    const sum = Object.values(pressed).reduce((left, right) => left + right, 0);
    if (sum < PER_REQUEST_MAX) pressed[name] = (pressed[name] ?? 0) + 1;
    sending ??= setTimeout(() => {
      const sent = pressed;
      pressed = {};
      sending = undefined;
      // A lost reaction is not worth a message.
      void write('POST', showId, '/reactions', { counts: sent });
    }, SEND_EVERY_MS);
  }

  function writeLike(): void {
    like.textContent = `${isLiked ? 'Liked' : 'Like'} · ${likes}`;
    like.setAttribute('aria-pressed', String(isLiked));
  }

  like.addEventListener('click', async () => {
    const wanted = !isLiked;
    const { body } = await write<{ isLiked: boolean }>('PUT', showId, '/like', { isLiked: wanted });
    if (!body) return;
    isLiked = wanted;
    likes = Math.max(0, likes + (wanted ? 1 : -1));
    if (wanted) localStorage.setItem(likedKey, '1');
    else localStorage.removeItem(likedKey);
    writeLike();
  });

  return {
    element,
    update({ reactions, likes: known, canReact }) {
      element.hidden = known === null;
      likes = known ?? 0;
      writeLike();
      emojis.hidden = !canReact;
      if (counts.size > 0) return;
      for (const [name, emoji] of Object.entries(reactions)) {
        const count = create('span', { className: 'count' });
        const button = create('button', { type: 'button' }, emoji, count);
        button.setAttribute('aria-label', `React: ${name}`);
        button.addEventListener('click', () => press(name));
        counts.set(name, count);
        emojis.append(button);
      }
    },
    show(reactions) {
      for (const [name, count] of counts) {
        const pressedNow = reactions[name as keyof typeof reactions] ?? 0;
        count.textContent = pressedNow === 0 ? '' : ` ${pressedNow}`;
      }
    },
  };
}
