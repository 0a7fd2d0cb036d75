/** Shows a button on the cover; the player is loaded when it is pressed, and plays with sound because a person asked. */
export function offerPlayer(show: HTMLElement, stage: HTMLElement): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'play';
  button.setAttribute('aria-label', 'Play');
  button.append(triangle());
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.setAttribute('role', 'status');
  notice.hidden = true;
  stage.append(button, notice);

  const say = (text: string | null): void => {
    notice.hidden = text === null;
    notice.textContent = text;
  };
  button.addEventListener('click', async () => {
    button.disabled = true;
    say('Loading the player …');
    try {
      const { openPlayer } = await import('./player.ts');
      openPlayer({
        stage,
        showId: show.dataset['show'] ?? '',
        isLive: show.dataset['phase'] === 'live',
        poster: stage.dataset['poster'] ?? '',
        say,
      });
      button.remove();
      stage.querySelector('.poster')?.remove();
    } catch {
      // A browser does not retry a failed import until the page is loaded again.
      say('The player failed to load. Reload the page.');
    }
  });
}

function triangle(): SVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', 'M7 4v16l13-8z');
  svg.append(path);
  return svg;
}
