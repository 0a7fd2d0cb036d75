// The types of hls.js declare its class only as the default export.
// oxlint-disable import/no-named-as-default, import/no-named-as-default-member
import Hls, { Events } from 'hls.js/light';

/**
 * Plays a finished HLS playlist until stopped.
 * @param onFailure called when it cannot continue
 * @returns a function that stops playing and releases all resources
 */
export function playRecording(video: HTMLVideoElement, url: string, onFailure: () => void): () => void {
  if (!Hls.isSupported()) {
    video.src = url;
    video.addEventListener('error', onFailure);
    return () => {
      video.removeEventListener('error', onFailure);
      video.removeAttribute('src');
      video.load();
    };
  }
  // No worker, so that the page's policy can refuse scripts from blobs.
  const hls = new Hls({ enableWorker: false, backBufferLength: 30 });
  let isRecovered = false;
  hls.on(Events.ERROR, (_event, { fatal, type }) => {
    if (!fatal) return;
    if (type === 'mediaError' && !isRecovered) {
      isRecovered = true;
      hls.recoverMediaError();
    } else onFailure();
  });
  hls.on(Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => hls.destroy();
}
