/**
 * The SRT side of a flow: one ffmpeg that listens, takes one caller and copies its bytes unread to our pipe.
 *
 * The passphrase must not be in the arguments, which every user of the machine can read. ffmpeg's HLS *protocol* (not the
 * demuxer) reads a playlist and hands out the bytes of the URLs in it one after the other, so a playlist with the SRT
 * address as its only segment, given on standard input as `hls+pipe:0`, is a way to hand over an address unseen. It exists
 * in every ffmpeg since 1.0.
 */
import { createSocket } from 'node:dgram';

import type { Clock } from '../../clock.ts';
import type { FlowSource, SourceState } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import { startMediaChild, type MediaChild, type MediaLauncher } from './media-child.ts';

const RESPAWN_MS = 50;
const RESPAWN_MAX_MS = 5_000;
/** A listener that ended sooner than this did not get as far as listening. */
const SHORT_RUN_MS = 1_000;
const REFUSAL_TOLD_MS = 15_000;

export interface SrtListener {
  state(): { state: SourceState; sinceMs: number; error?: string; connections: number };
  close(): Promise<void>;
}

export interface SrtListenerOptions {
  source: FlowSource;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  onData(chunk: Buffer): void;
  /** The caller has gone. */
  onDisconnect(): void;
  onState(): void;
}

/** Builds the SRT address, passphrase included: for standard input only. */
export function buildSrtAddress(source: FlowSource): string {
  const host = source.listenHost.includes(':') ? `[${source.listenHost}]` : source.listenHost;
  const parameters = ['mode=listener', `latency=${source.latencyMs * 1000}`, 'transtype=live'];
  if (source.passphrase !== undefined)
    parameters.push('pbkeylen=16', `passphrase=${encodeURIComponent(source.passphrase)}`);
  return `srt://${host}:${source.ingestPort}?${parameters.join('&')}`;
}

/** Arguments of the listening ffmpeg; the same for every flow. */
export const SRT_LISTENER_ARGUMENTS = [
  ['-hide_banner', '-nostdin', '-loglevel', 'error'],
  ['-protocol_whitelist', 'hls,pipe,srt', '-f', 'data', '-i', 'hls+pipe:0'],
  ['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', 'pipe:1'],
].flat();

/** Listens until closed; an ffmpeg that ends, because its caller left or for any other reason, is started again. */
export function createSrtListener(options: SrtListenerOptions): SrtListener {
  const { clock, source } = options;
  let state: SourceState = 'listening';
  let sinceMs = clock.now();
  let error: string | undefined;
  let connections = 0;
  let child: MediaChild | null = null;
  let failures = 0;
  let closed = false;
  let cancelRespawn: (() => void) | undefined;
  let cancelRefusal: (() => void) | undefined;

  function become(next: SourceState, reason?: string): void {
    if (closed || (next === state && reason === error)) return;
    if (next !== state) sinceMs = clock.now();
    state = next;
    error = reason;
    options.onState();
  }

  /** Told for a while: encoders call again and again, and one that has given up must not be held against the next. */
  function refuse(): void {
    become('listening', 'a caller was refused: wrong or missing passphrase');
    cancelRefusal?.();
    cancelRefusal = clock.after(REFUSAL_TOLD_MS, () => {
      if (state === 'listening') become('listening');
    });
  }

  function start(): void {
    if (closed) return;
    const startedAtMs = clock.now();
    let connected = false;
    let cancelSettled: (() => void) | undefined;
    child = startMediaChild({
      launcher: options.launcher,
      arguments: SRT_LISTENER_ARGUMENTS,
      onData(chunk) {
        if (closed) return;
        if (!connected) {
          connected = true;
          failures = 0;
          connections += 1;
          become('connected');
        }
        options.onData(chunk);
      },
      onErrorOutput(text) {
        if (!connected && /BADSECRET|UNSECURE|Incorrect passphrase|NO_SECRET/i.test(text)) refuse();
      },
      onExit() {
        cancelSettled?.();
        if (closed) return;
        const ranMs = clock.now() - startedAtMs;
        if (connected) options.onDisconnect();
        if (connected) become('listening');
        failures = connected || ranMs >= SHORT_RUN_MS ? 0 : failures + 1;
        if (failures > 0) void explain(child?.errorOutput() ?? '');
        cancelRespawn = clock.after(
          failures === 0 ? RESPAWN_MS : Math.min(RESPAWN_MAX_MS, RESPAWN_MS * 4 ** failures),
          start,
        );
      },
    });
    // While it fails again and again, `failed` stays until one run has lasted.
    cancelSettled = clock.after(SHORT_RUN_MS, () => {
      failures = 0;
      if (!connected && state === 'failed') become('listening');
    });
    child.stdin.end(`#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${buildSrtAddress(source)}\n#EXT-X-ENDLIST\n`);
  }

  async function explain(errorOutput: string): Promise<void> {
    const reason = await describeFailure(source, errorOutput);
    if (closed || state === 'connected') return;
    if (error !== reason) options.logger.warn('an SRT listener does not start', { port: source.ingestPort, reason });
    become('failed', reason);
  }

  start();
  return {
    state: () => ({ state, sinceMs, error, connections }),
    async close() {
      closed = true;
      cancelRespawn?.();
      cancelRefusal?.();
      await child?.end();
    },
  };
}

/** ffmpeg's own words differ by version and may hold the address; the port is asked instead. */
async function describeFailure(source: FlowSource, errorOutput: string): Promise<string> {
  const code = await tryBind(source);
  if (code === 'EADDRINUSE') return `address already in use: udp port ${source.ingestPort}`;
  if (code === 'EACCES') return `no permission to listen on udp port ${source.ingestPort}`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${source.listenHost}`;
  if (code !== null) return `udp port ${source.ingestPort} cannot be bound: ${code}`;
  if (/PASSPHRASE/i.test(errorOutput)) return 'the passphrase is refused by SRT: 10 to 79 characters are allowed';
  if (/Protocol not found|Invalid data found/i.test(errorOutput)) return 'this ffmpeg has no SRT';
  return 'the SRT listener ended at once';
}

function tryBind(source: FlowSource): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = createSocket(source.listenHost.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? 'unknown');
    });
    socket.bind({ port: source.ingestPort, address: source.listenHost, exclusive: true }, () =>
      socket.close(() => resolve(null)),
    );
  });
}
