/** The parts of a pasted SRT address. An absent one is not in the address. */
interface SplitSrtUrl {
  rtmpUrl: string;
  streamId?: string;
  passphrase?: string;
  latencyMs?: string;
}

/** Larger numbers are microseconds, as ffmpeg and OBS write them; the form's own limit in milliseconds is lower. */
const LATENCY_MS_MAX = 15_000;

/**
 * Splits a pasted `srt://host:port?streamid=…&passphrase=…&latency=…` into the fields of the form. Ignores other
 * parameters; returns null without parameters, and for a mode other than caller, which the API refuses.
 */
export function splitSrtUrl(pasted: string): SplitSrtUrl | null {
  const match = /^(srt:\/\/[^/?#\s]+)\/?\?(\S+)$/i.exec(pasted.trim());
  if (!match) return null;
  const [, rtmpUrl = '', query = ''] = match;
  const given = new Map(query.split('&').map(readParameter));
  if ((given.get('mode') ?? 'caller').toLowerCase() !== 'caller') return null;
  const streamId = given.get('streamid') ?? given.get('srt_streamid');
  const passphrase = given.get('passphrase');
  const latency = Number(given.get('latency'));
  return {
    rtmpUrl,
    ...(streamId === undefined ? {} : { streamId }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(latency > 0 ? { latencyMs: String(Math.round(latency > LATENCY_MS_MAX ? latency / 1000 : latency)) } : {}),
  };
}

/** A plus sign is a plus sign here, and a stream ID may hold equals signs. */
function readParameter(text: string): [name: string, value: string] {
  const cut = text.indexOf('=');
  const [name, value] = cut < 0 ? [text, ''] : [text.slice(0, cut), text.slice(cut + 1)];
  try {
    return [name.toLowerCase(), decodeURIComponent(value)];
  } catch {
    // Not escaped, but with a percent sign.
    return [name.toLowerCase(), value];
  }
}
