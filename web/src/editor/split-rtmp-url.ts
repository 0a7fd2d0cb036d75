/** A pasted address taken apart: what the platform calls the server, and what it calls the key. */
interface SplitRtmpUrl {
  rtmpUrl: string;
  streamKey: string;
}

/**
 * Splits a pasted `rtmp://host/app/key` into address and key; null when there is nothing to split.
 *
 * Where the platform's own address is known and the paste begins with it, the rest is the key. Otherwise the last path
 * segment is taken, which is a guess: the caller shows what was done and offers to undo it.
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
