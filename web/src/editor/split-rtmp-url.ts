/** The parts of a pasted address: server URL and stream key. */
interface SplitRtmpUrl {
  rtmpUrl: string;
  streamKey: string;
}

/**
 * Splits a pasted `rtmp://host/app/key` into URL and key; returns null when there is no key.
 *
 * If the paste starts with the platform's default URL, the rest is the key. Otherwise the last path segment is a guess,
 * which the caller shows with an undo.
 */
export function splitRtmpUrl(pasted: string, presetUrl: string | null): SplitRtmpUrl | null {
  const text = pasted.trim();
  const match = /^(rtmps?:\/\/[^/?#\s]+)\/([^\s]+)$/i.exec(text);
  if (!match) return null;
  const preset = presetUrl?.replace(/\/+$/, '');
  if (preset && text.toLowerCase().startsWith(`${preset.toLowerCase()}/`)) {
    const streamKey = text.slice(preset.length + 1);
    return streamKey ? { rtmpUrl: text.slice(0, preset.length), streamKey } : null;
  }
  const [, origin = '', path = ''] = match;
  const queryAt = path.indexOf('?');
  const segments = queryAt < 0 ? path : path.slice(0, queryAt);
  const cut = segments.lastIndexOf('/');
  const streamKey = path.slice(cut + 1);
  if (cut < 1 || streamKey === '') return null;
  return { rtmpUrl: `${origin}/${path.slice(0, cut)}`, streamKey };
}
