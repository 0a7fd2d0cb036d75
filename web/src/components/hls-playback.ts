// The types of hls.js know its class as the default export only.
// oxlint-disable import/no-named-as-default, import/no-named-as-default-member
import Hls, { Events } from 'hls.js';

/** Pause before a player that gave up is made anew. */
const RECREATE_AFTER_MS = 1000;
const LATENCY_EVERY_MS = 1000;

interface PlaybackEvents {
  onPlaying: (playing: boolean) => void;
  /** Seconds behind the live edge; null while unknown. */
  onLatency: (latencySeconds: number | null) => void;
}

/**
 * Plays a live HLS address for as long as it is wanted. hls.js heals what it can; on a fatal error the player is thrown
 * away and made anew, because a source that went away comes back with a new timeline.
 * @returns stops playing and frees everything
 */
export function playHls(video: HTMLVideoElement, url: string, events: PlaybackEvents): () => void {
  let hls: Hls | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
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
    hls.on(Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
    hls.loadSource(url);
    hls.attachMedia(video);
  };

  const latency = setInterval(() => {
    const seconds = hls?.latency;
    events.onLatency(seconds !== undefined && Number.isFinite(seconds) && seconds > 0 ? seconds : null);
  }, LATENCY_EVERY_MS);
  video.addEventListener('playing', onPlaying);
  create();

  return () => {
    clearTimeout(again);
    clearInterval(latency);
    video.removeEventListener('playing', onPlaying);
    hls?.destroy();
    hls = null;
    video.removeAttribute('src');
    video.load();
  };
}
