/**
 * The address an encoder calls, as ffmpeg, OBS and vMix take it.
 */
export interface SrtAddress {
  /** Name or address; IPv6 with or without brackets. */
  host: string;
  port: number;
  latencyMs: number;
  /** As it is, or a hint at what belongs there; absent for an open listener. */
  passphrase?: string;
}

/** Builds the address; latency is in microseconds, as ffmpeg reads it. */
export function toSrtUrl({ host, port, latencyMs, passphrase }: SrtAddress): string {
  const authority = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  const encryption = passphrase === undefined ? '' : `&passphrase=${passphrase}`;
  return `srt://${authority}?mode=caller&latency=${latencyMs * 1000}${encryption}`;
}

/**
 * Escapes a passphrase for the address, with the characters that `encodeURIComponent` leaves and that a shell acts on
 * between quotes.
 */
export function escapePassphrase(passphrase: string): string {
  return encodeURIComponent(passphrase).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
