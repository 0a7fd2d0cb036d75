import { write, type Beginning } from './chat-requests.ts';
import { refusalText } from './chat-words.ts';
import { create } from './elements.ts';

/** Asks for one to five stars after the show. */
export interface RatingForm {
  element: HTMLElement;
  update: (beginning: Beginning) => void;
}

const STARS_MAX = 5;

export function createRatingForm(showId: string): RatingForm {
  const key = `sluice-rating-${showId}`;
  const result = create('p', { className: 'result' });
  const status = create('p', { className: 'status' });
  status.setAttribute('role', 'status');
  const buttons = Array.from({ length: STARS_MAX }, (_none, index) => {
    const stars = index + 1;
    const button = create('button', { type: 'button', textContent: '★' });
    button.setAttribute('aria-label', `${stars} ${stars === 1 ? 'star' : 'stars'}`);
    button.addEventListener('click', async () => {
      const { body, code } = await write('PUT', showId, '/rating', { stars });
      status.textContent = body ? 'Thank you for your rating.' : refusalText(code);
      if (!body) return;
      localStorage.setItem(key, String(stars));
      mark(stars);
    });
    return button;
  });
  const group = create('fieldset', {}, create('legend', { textContent: 'Rate this show' }), ...buttons);
  const element = create('div', { className: 'rating', hidden: true }, group, result, status);

  function mark(chosen: number): void {
    for (const [index, button] of buttons.entries()) {
      button.setAttribute('aria-pressed', String(index + 1 === chosen));
      button.classList.toggle('chosen', index < chosen);
    }
  }
  mark(Number(localStorage.getItem(key) ?? 0));

  return {
    element,
    update({ rating }) {
      element.hidden = !rating?.isOpen;
      if (!rating) return;
      const { mean, count } = rating;
      result.textContent =
        mean === null
          ? 'No ratings yet.'
          : `${mean} of ${STARS_MAX} stars, ${count} ${count === 1 ? 'rating' : 'ratings'}`;
    },
  };
}
