import type { Clock } from '../host/clock.ts';
import type { ListenerReport, SourceListener, SourcePicture } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { MediaLauncher } from './media-child.ts';
import { createReplaceableListener, type ReplaceableListener } from './replaceable-listener.ts';
import { createSourcePictureMaker } from './source-picture.ts';
import { SILENT_MS, type ListenerFlow } from './source-selection.ts';
import { createSourceMeter } from './source-meter.ts';
import { createSourceStandby, type StandbyGroup } from './source-standby.ts';
import { createSrtListener, type ListenerState } from './srt-listener.ts';

/** One listener of a flow, and what is kept of its stream while it does not feed the flow. */
export interface SourceLane {
  listener: ReplaceableListener;
  flow(): ListenerFlow;
  /** Notes that it feeds the flow from now on, or no longer. */
  select(isSelected: boolean): void;
  /** Returns from where the flow can continue with it; null before the first keyframe. */
  group(): StandbyGroup | null;
  /** Returns a picture of its stream while it does not feed the flow; null when nothing is arriving. */
  picture(): Promise<SourcePicture | null>;
  /** @param lostAtMs since when a loss is simulated */
  report(lostAtMs: number | null): Omit<ListenerReport, 'name' | 'isSelected'>;
  /** Discards what arrives, to simulate a loss. Does not report it as a disconnection. */
  mute(isMuted: boolean): void;
  close(): Promise<void>;
}

export interface SourceLaneOptions {
  source: SourceListener;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  isLineLossy: () => boolean;
  onData(chunk: Buffer): void;
  /** The caller has left, or the listener is replaced. */
  onDisconnect(): void;
  onChange(): void;
}

/** Opens the listener. */
export function openSourceLane(options: SourceLaneOptions): SourceLane {
  const { clock, launcher, logger } = options;
  const standby = createSourceStandby(clock);
  const pictures = createSourcePictureMaker({ ...standby, launcher, clock, logger });
  const meter = createSourceMeter();
  let heardAtMs: number | null = null;
  let sinceMs = 0;
  let isSelected = false;
  let isMuted = false;

  const listener = createReplaceableListener({
    source: options.source,
    listen: (source) =>
      createSrtListener({
        ...{ source, launcher, clock, logger, onData: take, onDisconnect: disconnect, onState: options.onChange },
        isLineLossy: options.isLineLossy,
      }),
    onReplaced() {
      disconnect();
      options.onChange();
    },
  });

  function isDelivering(): boolean {
    return heardAtMs !== null && clock.now() - heardAtMs <= SILENT_MS;
  }

  function take(chunk: Buffer): void {
    if (isMuted) return;
    if (!isDelivering()) sinceMs = clock.now();
    heardAtMs = clock.now();
    meter.bytes(heardAtMs, chunk.length);
    if (!isSelected) follow(chunk);
    options.onData(chunk);
  }

  function follow(chunk: Buffer): void {
    try {
      standby.push(chunk);
    } catch (error) {
      logger.error('failed to read a source', { error: error instanceof Error ? error.message : 'unknown' });
      standby.restart();
    }
  }

  function forget(): void {
    heardAtMs = null;
    restartStandby();
  }

  function restartStandby(): void {
    standby.restart();
    pictures.forget();
  }

  function disconnect(): void {
    forget();
    options.onDisconnect();
  }

  return {
    listener,
    flow: () => ({ isDelivering: isDelivering(), sinceMs, isReady: standby.isReady() }),
    select(next) {
      isSelected = next;
      restartStandby();
    },
    group: standby.group,
    picture: async () => (!isSelected && isDelivering() ? pictures.take() : null),
    report(lostAtMs) {
      const shown = showLoss(listener.state(), lostAtMs ?? (isDelivering() ? null : heardAtMs));
      const isConnected = shown.state === 'connected';
      return {
        ...{ state: shown.state, sinceMs: shown.sinceMs, error: shown.error },
        bitrateBps: isConnected ? meter.read(clock.now()).bitrateBps : 0,
        ...(isConnected && listener.lineQuality()),
      };
    },
    mute(next) {
      isMuted = next;
      forget();
    },
    async close() {
      await Promise.all([listener.close(), pictures.close()]);
    },
  };
}

/** Shows a listener with a lost encoder as listening; SRT itself notices the loss seconds later. */
export function showLoss(actual: ListenerState, lostAtMs: number | null): ListenerState {
  if (actual.state !== 'connected' || lostAtMs === null) return actual;
  return { ...actual, state: 'listening', sinceMs: lostAtMs };
}
