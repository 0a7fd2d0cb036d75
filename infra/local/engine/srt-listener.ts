/**
 * The SRT side of a flow: one ffmpeg that listens behind the line, accepts one caller and copies its bytes unread to a
 * pipe.
 *
 * The passphrase must not be in the arguments, which every user of the machine can read. ffmpeg's HLS *protocol* (not
 * the demuxer) reads a playlist and outputs the content of its URLs in turn. A playlist with the SRT address as its
 * only segment, sent to standard input as `hls+pipe:0`, therefore passes the address unseen. The protocol exists in
 * every ffmpeg since 1.0.
 */
import type { Clock } from '../host/clock.ts';
import type { SourceListener, SourceState } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createListenerStatus } from './listener-status.ts';
import { startMediaChild, type MediaChild, type MediaLauncher } from './media-child.ts';
import type { LineQuality } from './srt-line-meter.ts';
import { openSrtLine, type SrtLine } from './srt-line.ts';

const RESPAWN_MS = 50;
const RESPAWN_MAX_MS = 5_000;
/** A listener that ended sooner than this never began to listen. */
const SHORT_RUN_MS = 1_000;
const REFUSED_PASSPHRASE = 'a caller was refused: wrong or missing passphrase';
const REFUSED_ENCRYPTED =
  'a caller was refused: its stream is encrypted and no passphrase is set here; remove the passphrase in the encoder or set the same one here';

export interface ListenerState {
  state: SourceState;
  sinceMs: number;
  /** Why it failed, or who is refused while it works. */
  error?: string;
  /** Callers accepted so far. */
  connections: number;
}

export interface SrtListener {
  state(): ListenerState;
  /** Returns the quality of the line to the caller; empty without one. */
  lineQuality(): LineQuality;
  close(): Promise<void>;
}

export interface SrtListenerOptions {
  source: SourceListener;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  onData(chunk: Buffer): void;
  /** The caller has disconnected. */
  onDisconnect(): void;
  onState(): void;
  /** Returns whether packet loss is simulated. */
  isLineLossy(): boolean;
}

/** Builds the listener's SRT address including the passphrase; for standard input only. */
export function buildSrtAddress(
  { latencyMs, passphrase }: Pick<SourceListener, 'latencyMs' | 'passphrase'>,
  port: number,
): string {
  const parameters = ['mode=listener', `latency=${latencyMs * 1000}`, 'transtype=live'];
  if (passphrase !== undefined) parameters.push('pbkeylen=16', `passphrase=${encodeURIComponent(passphrase)}`);
  return `srt://127.0.0.1:${port}?${parameters.join('&')}`;
}

/** Builds the playlist that passes the address to the listening ffmpeg through standard input. */
export function toListenerPlaylist(address: string): string {
  return `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${address}\n#EXT-X-ENDLIST\n`;
}

/** Arguments of the listening ffmpeg, the same for every flow. */
export const SRT_LISTENER_ARGUMENTS = [
  ['-hide_banner', '-nostdin', '-loglevel', 'error'],
  ['-protocol_whitelist', 'hls,pipe,srt', '-f', 'data', '-i', 'hls+pipe:0'],
  ['-map', '0', '-c', 'copy', '-f', 'data', '-flush_packets', '1', 'pipe:1'],
].flat();

/** Listens until closed; restarts ffmpeg whenever it ends, for example because its caller left. */
export function createSrtListener(options: SrtListenerOptions): SrtListener {
  const { clock, source } = options;
  const status = createListenerStatus(clock, options.onState);
  const refusal = source.passphrase === undefined ? REFUSED_ENCRYPTED : REFUSED_PASSPHRASE;
  let connections = 0;
  let line: SrtLine | null = null;
  let child: MediaChild | null = null;
  let failures = 0;
  let closed = false;
  let cancelRespawn: (() => void) | undefined;

  const lineInUse = () => (status.state() === 'connected' ? line : null);

  async function start(): Promise<void> {
    let port: number;
    try {
      line ??= await openSrtLine(source, clock, options.isLineLossy);
      port = await line.pickListenerPort();
    } catch (failure) {
      fail(describeBindFailure(source, (failure as NodeJS.ErrnoException).code));
      startAgain();
      return;
    }
    if (!closed) listen(port);
  }

  function startAgain(): void {
    if (closed) return;
    const pauseMs = failures === 0 ? RESPAWN_MS : Math.min(RESPAWN_MAX_MS, RESPAWN_MS * 4 ** failures);
    cancelRespawn = clock.after(pauseMs, () => {
      starting = start();
    });
  }

  function fail(reason: string): void {
    if (closed) return;
    failures += 1;
    if (status.reason() !== reason)
      options.logger.warn('failed to start an SRT listener', { port: source.ingestPort, reason });
    status.become('failed', reason);
  }

  function listen(port: number): void {
    const startedAtMs = clock.now();
    let connected = false;
    child = startMediaChild({
      launcher: options.launcher,
      arguments: SRT_LISTENER_ARGUMENTS,
      onData(chunk) {
        if (closed) return;
        if (!connected) {
          connected = true;
          failures = 0;
          connections += 1;
          status.become('connected');
        }
        options.onData(chunk);
      },
      onErrorOutput(text) {
        if (!connected && /BADSECRET|UNSECURE|Incorrect passphrase|NO_SECRET/i.test(text)) status.refuse(refusal);
      },
      onExit() {
        cancelSettled();
        if (closed) return;
        if (connected) options.onDisconnect();
        if (connected) status.become('listening');
        if (connected || clock.now() - startedAtMs >= SHORT_RUN_MS) failures = 0;
        else fail(describeListenerFailure(child?.errorOutput() ?? ''));
        startAgain();
      },
    });
    // After repeated failures, `failed` stays until one run has lasted.
    const cancelSettled = clock.after(SHORT_RUN_MS, () => {
      failures = 0;
      if (!connected && status.state() === 'failed') status.become('listening');
    });
    child.stdin.end(toListenerPlaylist(buildSrtAddress(source, port)));
  }

  let starting = start();
  return {
    state: () => ({
      state: status.state(),
      sinceMs: status.sinceMs(),
      error: status.reason() ?? describeTurnedAway(lineInUse()?.turnedAway()),
      connections,
    }),
    lineQuality: () => lineInUse()?.quality() ?? {},
    async close() {
      closed = true;
      status.close();
      cancelRespawn?.();
      await starting;
      await child?.end();
      await line?.close();
    },
  };
}

function describeTurnedAway(address: string | null | undefined): string | undefined {
  if (!address) return undefined;
  return `another encoder is calling from ${address} and is refused: one is already connected`;
}

function describeBindFailure({ listenHost, ingestPort }: SourceListener, code = 'unknown'): string {
  if (code === 'EADDRINUSE') return `address already in use: udp port ${ingestPort}`;
  if (code === 'EACCES') return `no permission to listen on udp port ${ingestPort}`;
  if (code === 'EADDRNOTAVAIL') return `this machine has no address ${listenHost}`;
  return `udp port ${ingestPort} cannot be bound: ${code}`;
}

/** Classifies ffmpeg's error output, which differs by version and may contain the address, and is never passed on. */
function describeListenerFailure(errorOutput: string): string {
  if (/PASSPHRASE/i.test(errorOutput)) return 'the passphrase is refused by SRT: 10 to 79 characters are allowed';
  if (/Protocol not found|Invalid data found/i.test(errorOutput)) return 'this ffmpeg has no SRT';
  return 'the SRT listener ended at once';
}
