import { addPlayerControls } from './player-controls.ts';
import { playHls } from './play-hls.ts';

export interface PlayerOptions {
  stage: HTMLElement;
  /** The id in the addresses of the show's data. */
  showId: string;
  isLive: boolean;
  poster: string;
  /** Shows a message over the picture; null removes it. */
  say: (text: string | null) => void;
}

/** Puts the player on the stage and plays. The browser's own controls do volume, full screen, captions and seeking. */
export function openPlayer({ stage, showId, isLive, poster, say }: PlayerOptions): void {
  const video = document.createElement('video');
  video.controls = true;
  video.playsInline = true;
  video.tabIndex = 0;
  if (poster !== '') video.poster = poster;
  stage.prepend(video);
  const findUrl = isLive
    ? () => beginViewing(showId)
    : async () => ({ url: `/audience/v1/shows/${showId}/recording/index.m3u8` });
  const playback = playHls(video, { findUrl, isLive, say });
  addPlayerControls({ stage, video, playback, isLive });
  video.focus();
}

/** Asks for a place among the viewers. */
async function beginViewing(showId: string): Promise<{ url: string } | { problem: string; retryAfterSeconds: number }> {
  const response = await fetch(`/audience/v1/shows/${showId}/viewings`, { method: 'POST' });
  const body = (await response.json()) as { hlsUrl?: string; code?: string };
  if (response.ok && body.hlsUrl !== undefined) return { url: body.hlsUrl };
  const retryAfterSeconds = Number(response.headers.get('retry-after')) || 10;
  const problem =
    body.code === 'full'
      ? 'All places are taken. You will be let in when one is free.'
      : 'The show cannot be played at the moment. Trying again …';
  return { problem, retryAfterSeconds };
}
