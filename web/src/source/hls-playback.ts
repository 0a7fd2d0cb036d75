// The types of hls.js declare its class only as the default export.
// oxlint-disable import/no-named-as-default, import/no-named-as-default-member
import Hls, { Events } from 'hls.js/light';

/** Pause before a failed player is created again. */
const RECREATE_AFTER_MS = 1000;
const LATENCY_EVERY_MS = 1000;

interface PlaybackEvents {
  onPlaying: (playing: boolean) => void;
  /** Seconds behind the live edge; null while unknown. */
  onLatency: (latencySeconds: number | null) => void;
  /** Qualities, best first; empty without a choice. */
  onQualities: (qualities: readonly Quality[]) => void;
}

/** One quality of the stream. */
export interface Quality {
  /** Argument of `choose`. */
  level: number;
  height: number;
  bitrateBps: number;
}

/** A running player. */
export interface Playback {
  /** Plays one quality; null leaves the choice to the player. */
  choose: (level: number | null) => void;
  /** Stops playing and releases all resources. */
  stop: () => void;
}

/**
 * Plays a live HLS URL until stopped. hls.js recovers from most errors; after a fatal error a new player is created,
 * because a source that returns has a new timeline.
 */
export function playHls(video: HTMLVideoElement, url: string, events: PlaybackEvents): Playback {
  let hls: Hls | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let chosen: number | null = null;
  const onPlaying = (): void => events.onPlaying(true);

  const create = (): void => {
    if (!Hls.isSupported()) {
      video.src = url;
      void video.play().catch(() => undefined);
      return;
    }
    // No worker, so that the page's policy can refuse scripts from blobs; one preview needs little CPU.
    hls = new Hls({
      liveSyncDurationCount: 2,
      // After a stall it plays slightly faster until it reaches live; too far behind, it jumps.
      maxLiveSyncPlaybackRate: 1.1,
      liveMaxLatencyDurationCount: 8,
      backBufferLength: 10,
      maxBufferLength: 15,
      enableWorker: false,
    });
    hls.on(Events.ERROR, (_event, data) => {
      if (!data.fatal) return;
      hls?.destroy();
      hls = null;
      events.onPlaying(false);
      events.onLatency(null);
      again = setTimeout(create, RECREATE_AFTER_MS);
    });
    hls.on(Events.MANIFEST_PARSED, (_event, { levels }) => {
      const isChoice = levels.length > 1;
      const qualities = levels.map(({ height, bitrate }, level) => ({ level, height, bitrateBps: bitrate }));
      events.onQualities(isChoice ? qualities.toSorted((one, other) => other.bitrateBps - one.bitrateBps) : []);
      choose(chosen);
      void video.play().catch(() => undefined);
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  };

  // Level -1 means automatic.
  const choose = (level: number | null): void => {
    chosen = level;
    if (hls) hls.nextLevel = level ?? -1;
  };

  const latency = setInterval(() => {
    const seconds = hls?.latency;
    events.onLatency(seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds : null);
  }, LATENCY_EVERY_MS);
  video.addEventListener('playing', onPlaying);
  create();

  const stop = (): void => {
    clearTimeout(again);
    clearInterval(latency);
    video.removeEventListener('playing', onPlaying);
    hls?.destroy();
    hls = null;
    video.removeAttribute('src');
    video.load();
  };
  return { choose, stop };
}
