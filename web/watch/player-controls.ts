import type { Playback } from './play-hls.ts';

interface ControlsOptions {
  stage: HTMLElement;
  video: HTMLVideoElement;
  playback: Playback;
  isLive: boolean;
}

/** From here on a viewer counts as behind. */
const BEHIND_SECONDS = 10;
const CHECKED_EVERY_MS = 1_000;
const SEEK_SECONDS = 10;

/** Adds what the browser's controls do not have: quality, picture in picture, back to live, and keys. */
export function addPlayerControls({ stage, video, playback, isLive }: ControlsOptions): void {
  const bar = document.createElement('div');
  bar.className = 'controls';
  stage.after(bar);
  addQuality(bar, playback);
  if (document.pictureInPictureEnabled) {
    bar.append(
      createButton('Picture in picture', () => {
        const isInside = document.pictureInPictureElement === video;
        void (isInside ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => undefined);
      }),
    );
  }
  if (isLive) addBackToLive(bar, video, playback);
  addKeys(stage, video);
}

function createButton(label: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', onClick);
  return button;
}

function addQuality(bar: HTMLElement, playback: Playback): void {
  const label = document.createElement('label');
  const select = document.createElement('select');
  label.append('Quality ', select);
  label.hidden = true;
  select.addEventListener('change', () => playback.choose(select.value === '' ? null : Number(select.value)));
  bar.append(label);
  playback.onQualities((qualities) => {
    const { value } = select;
    const options = qualities.map(({ level, height }) => new Option(`${height}p`, String(level)));
    select.replaceChildren(new Option('Automatic', ''), ...options);
    select.value = value;
    label.hidden = qualities.length === 0;
  });
}

function addBackToLive(bar: HTMLElement, video: HTMLVideoElement, playback: Playback): void {
  const button = createButton('Back to live', playback.goLive);
  button.className = 'back-to-live';
  button.hidden = true;
  bar.append(button);
  setInterval(() => {
    const behind = playback.behindSeconds();
    button.hidden = !(video.paused || (behind !== null && behind > BEHIND_SECONDS));
  }, CHECKED_EVERY_MS);
}

/** Keys that viewers know from other players. The browser handles the video's own while it has the focus. */
function addKeys(stage: HTMLElement, video: HTMLVideoElement): void {
  const actions: Record<string, () => void> = {
    k: () => void (video.paused ? video.play().catch(() => undefined) : video.pause()),
    m: () => (video.muted = !video.muted),
    f: () =>
      void (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen()).catch(() => undefined),
    j: () => (video.currentTime -= SEEK_SECONDS),
    l: () => (video.currentTime += SEEK_SECONDS),
  };
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof Element && event.target.closest('input, select, textarea') !== null;
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
