// The types of hls.js know its class as the default export only.
// oxlint-disable import/no-named-as-default, import/no-named-as-default-member
import Hls, { Events } from 'hls.js/light';

/** Pause before a player that gave up is made anew. */
const RECREATE_AFTER_MS = 1000;
const LATENCY_EVERY_MS = 1000;

interface PlaybackEvents {
  onPlaying: (playing: boolean) => void;
  /** Seconds behind the live edge; null while unknown. */
  onLatency: (latencySeconds: number | null) => void;
  /** Qualities to choose from, best first; none while there is no choice. */
  onQualities: (qualities: readonly Quality[]) => void;
}

/** One quality of the stream. */
export interface Quality {
  /** What `choose` takes. */
  level: number;
  height: number;
  bitrateBps: number;
}

/** A player at work. */
export interface Playback {
  /** Plays one quality only; null leaves the choice to the player. */
  choose: (level: number | null) => void;
  /** Stops playing and frees everything. */
  stop: () => void;
}

/**
 * Plays a live HLS address for as long as it is wanted. hls.js heals what it can; on a fatal error the player is thrown
 * away and made anew, because a source that went away comes back with a new timeline.
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
    // Without a worker the page's policy can refuse scripts from blobs; one preview is little work.
    hls = new Hls({
      liveSyncDurationCount: 2,
      // After a stall it plays a little faster until it is near live again; too far behind, it jumps.
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

  // Below the level there is -1: the player chooses.
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
