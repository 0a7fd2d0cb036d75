// The types of hls.js declare its class only as the default export.
// oxlint-disable import/no-named-as-default, import/no-named-as-default-member
import Hls, { Events } from 'hls.js/light';

/** Where to play from, or why not and when to ask again. */
type Found = { url: string } | { problem: string; retryAfterSeconds: number };

interface PlaybackOptions {
  findUrl: () => Promise<Found>;
  isLive: boolean;
  say: (text: string | null) => void;
}

/** One quality of the stream. */
export interface Quality {
  /** Argument of `choose`. */
  level: number;
  height: number;
}

/** A running playback. */
export interface Playback {
  /** Plays one quality; null leaves the choice to the player. */
  choose: (level: number | null) => void;
  /** Jumps to the newest picture. */
  goLive: () => void;
  /** Seconds behind the newest picture that can be played; null while unknown. */
  behindSeconds: () => number | null;
  /** Called with the qualities, best first, whenever they are known. */
  onQualities: (listener: (qualities: readonly Quality[]) => void) => void;
}

const RETRY_MS = 2_000;
const INTERRUPTED = 'The picture is interrupted. It continues by itself.';
/** A pause shorter than this is ordinary buffering. */
const INTERRUPTED_AFTER_MS = 4_000;

/**
 * Plays until the page is left. hls.js recovers from most errors. After a fatal one a new player is created, because a
 * source that returns has a new timeline; it asks for a new place only when the server no longer knows the old one.
 */
export function playHls(video: HTMLVideoElement, { findUrl, isLive, say }: PlaybackOptions): Playback {
  let hls: Hls | null = null;
  let url: string | null = null;
  let chosen: number | null = null;
  let interrupted: ReturnType<typeof setTimeout> | undefined;
  const listeners: ((qualities: readonly Quality[]) => void)[] = [];

  async function begin(): Promise<void> {
    let found: Found;
    try {
      found = url === null ? await findUrl() : { url };
    } catch {
      found = { problem: INTERRUPTED, retryAfterSeconds: RETRY_MS / 1000 };
    }
    if ('problem' in found) {
      say(found.problem);
      setTimeout(begin, found.retryAfterSeconds * 1000);
      return;
    }
    url = found.url;
    if (Hls.isSupported()) create(url);
    else playNatively(url);
  }

  function again(isGone: boolean): void {
    hls?.destroy();
    hls = null;
    if (isGone) url = null;
    say(INTERRUPTED);
    setTimeout(begin, RETRY_MS);
  }

  function create(source: string): void {
    hls = new Hls({
      // The page's policy refuses scripts from blobs.
      enableWorker: false,
      liveSyncDurationCount: 3,
      maxLiveSyncPlaybackRate: 1.1,
      liveMaxLatencyDurationCount: 10,
      backBufferLength: 30,
    });
    hls.on(Events.ERROR, (_event, data) => {
      if (data.fatal) again(data.response?.code === 404);
    });
    hls.on(Events.MANIFEST_PARSED, (_event, { levels }) => {
      const qualities = levels.map(({ height }, level) => ({ level, height }));
      const best = qualities.toSorted((one, other) => other.height - one.height);
      for (const listener of listeners) listener(levels.length > 1 ? best : []);
      choose(chosen);
      void video.play().catch(() => undefined);
    });
    hls.loadSource(source);
    hls.attachMedia(video);
  }

  function playNatively(source: string): void {
    video.src = source;
    video.addEventListener('error', () => again(true), { once: true });
    void video.play().catch(() => undefined);
  }

  // Level -1 means automatic.
  function choose(level: number | null): void {
    chosen = level;
    if (hls) hls.nextLevel = level ?? -1;
  }

  function liveEdge(): number | null {
    const { seekable } = video;
    const last = seekable.length === 0 ? undefined : seekable.end(seekable.length - 1);
    return hls?.liveSyncPosition ?? last ?? null;
  }

  video.addEventListener('playing', () => {
    clearTimeout(interrupted);
    say(null);
  });
  video.addEventListener('waiting', () => {
    clearTimeout(interrupted);
    if (isLive) interrupted = setTimeout(() => say(INTERRUPTED), INTERRUPTED_AFTER_MS);
  });
  void begin();

  return {
    choose,
    goLive() {
      const edge = liveEdge();
      if (edge !== null) video.currentTime = edge;
      void video.play().catch(() => undefined);
    },
    behindSeconds() {
      const edge = liveEdge();
      return edge === null ? null : Math.max(0, edge - video.currentTime);
    },
    onQualities: (listener) => void listeners.push(listener),
  };
}
