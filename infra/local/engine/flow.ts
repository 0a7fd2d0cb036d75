/**
 * A flow: its SRT listener, the parser of the incoming stream, and the encoders fed by it. It does not know its
 * outputs.
 */
import type { Clock } from '../host/clock.ts';
import type { FlowSource, Rendition, SourcePicture, SourceReport } from './contract.ts';
import { decideCopy } from './copy-decision.ts';
import { createEncoderProgram, type EncoderLoad, type EncoderProgram } from './encoder-program.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { MediaLauncher } from './media-child.ts';
import type { Program } from './program.ts';
import { createSourcePictureMaker } from './source-picture.ts';
import { createSourceProgram } from './source-program.ts';
import type { PayloadCutter } from './srt/payload-cutter.ts';
import { createSrtListener, type SrtListener } from './srt-listener.ts';

/** A source without a byte for this long counts as lost, even while its connection is open. */
const SILENCE_MS = 2_000;
const WATCH_MS = 500;

export interface Flow {
  source(): FlowSource;
  /** Restarts the listener when the settings differ. */
  configure(source: FlowSource): Promise<void>;
  report(): SourceReport;
  /** Increases with every change of codec or headers; a decision is valid for one revision. */
  revision(): number;
  decide(rendition: Rendition): 'copy' | 'encode' | 'undecided';
  copy: Program;
  /** Returns the measured frame rate; null until it is known. */
  framesPerSecond(): number | null;
  /** Returns the encoder of a rendition, shared by equal renditions. It runs while it has a subscriber. */
  encoder(
    rendition: Rendition,
    options: { followsKeyframes: boolean },
  ): Pick<EncoderProgram, 'program' | 'problem' | 'droppedFrames'>;
  /** Returns a picture of the source; null while no media is arriving. */
  picture(): Promise<SourcePicture | null>;
  /** Simulates the loss of the encoder: arriving data is discarded until the simulation ends. */
  rehearseLoss(isLost: boolean): void;
  /** Simulates a line that loses packets. */
  rehearseLossyLine(isLossy: boolean): void;
  /** Returns whether media is arriving. */
  live(): boolean;
  close(): Promise<void>;
}

export interface FlowOptions {
  source: FlowSource;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  load: EncoderLoad;
  /** Where the unread stream goes besides. */
  feed: PayloadCutter;
  /** Called after a change that affects channels or the report. */
  onChange(): void;
}

export function createFlow(options: FlowOptions): Flow {
  const { clock, launcher, load, logger } = options;
  const encoders = new Map<string, EncoderProgram>();
  let settings = options.source;
  let revision = 0;
  let revisionKey = '';
  let lastDataAtMs: number | null = null;
  let live = false;
  let silentSinceMs: number | null = null;
  let connectionsBefore = 0;
  let closed = false;
  let rehearsedLossAtMs: number | null = null;
  let isLineLossy = false;
  let cancelWatch: (() => void) | undefined;

  const source = createSourceProgram({
    clock,
    logger,
    onStreams() {
      const { video, audio } = source.facts();
      const key = JSON.stringify([source.streams(), video?.sps.toString('base64'), audio]);
      if (key !== revisionKey) revision += 1;
      revisionKey = key;
      options.onChange();
    },
  });
  const pictures = createSourcePictureMaker({ newestKeyframe: source.newestKeyframe, launcher, clock, logger });
  let listener = listen();

  function listen(): SrtListener {
    return createSrtListener({
      source: settings,
      launcher,
      clock,
      logger,
      onData(chunk) {
        if (rehearsedLossAtMs !== null) return;
        lastDataAtMs = clock.now();
        if (silentSinceMs !== null) options.onChange();
        silentSinceMs = null;
        live = true;
        options.feed.push(chunk);
        try {
          source.push(chunk);
        } catch (error) {
          // One unreadable stream must not end the others.
          logger.error('failed to read a source', { error: error instanceof Error ? error.message : 'unknown' });
          source.restart();
        }
      },
      onDisconnect: disconnect,
      onState: options.onChange,
      isLineLossy: () => isLineLossy,
    });
  }

  /** Reports a flow with a lost encoder as listening; SRT itself notices the loss seconds later. */
  function stateShown() {
    const actual = listener.state();
    if (actual.state !== 'connected') return actual;
    const lostAtMs = rehearsedLossAtMs ?? silentSinceMs;
    return lostAtMs === null ? actual : { ...actual, state: 'listening' as const, sinceMs: lostAtMs };
  }

  function disconnect(): void {
    options.feed.restart();
    source.restart();
    loseSource();
    for (const encoder of encoders.values()) encoder.sourceLost();
  }

  function loseSource(): void {
    if (!live) return;
    silentSinceMs = clock.now();
    live = false;
    source.lost();
    for (const encoder of encoders.values()) encoder.sourceSilent();
    pictures.forget();
    options.onChange();
  }

  function watch(): void {
    if (closed) return;
    if (live && lastDataAtMs !== null && clock.now() - lastDataAtMs > SILENCE_MS) loseSource();
    cancelWatch = clock.after(WATCH_MS, watch);
  }
  watch();

  return {
    source: () => settings,
    async configure(next) {
      if (JSON.stringify(next) === JSON.stringify(settings)) return;
      settings = next;
      connectionsBefore += listener.state().connections;
      await listener.close();
      if (closed) return;
      disconnect();
      listener = listen();
      options.onChange();
    },
    report() {
      const { state, sinceMs, error, connections } = stateShown();
      const measurement = source.measurement();
      return {
        flowArn: settings.flowArn,
        state,
        sinceMs,
        error,
        bitrateBps: state === 'connected' ? measurement.bitrateBps : 0,
        ...(state === 'connected' ? { ...source.describe(), ...listener.lineQuality() } : {}),
        continuityErrors: source.continuityErrors(),
        connections: connectionsBefore + connections,
      };
    },
    revision: () => revision,
    decide: (rendition) =>
      decideCopy({ streams: source.streams(), ...source.facts(), measurement: source.measurement() }, rendition),
    copy: source.program,
    framesPerSecond: () => source.measurement().framesPerSecond,
    encoder(rendition, { followsKeyframes }) {
      const { name: _name, ...settingsOnly } = rendition;
      const key = JSON.stringify(
        Object.entries({ ...settingsOnly, followsKeyframes }).sort(([a], [b]) => a.localeCompare(b)),
      );
      let encoder = encoders.get(key);
      if (!encoder) {
        encoder = createEncoderProgram({
          ...{ rendition, followsKeyframes, source, launcher, clock, logger, load },
          onChange: options.onChange,
        });
        encoders.set(key, encoder);
      }
      return encoder;
    },
    picture: async () => (live ? pictures.take() : null),
    rehearseLoss(isLost) {
      if (isLost === (rehearsedLossAtMs !== null)) return;
      rehearsedLossAtMs = isLost ? clock.now() : null;
      if (isLost) disconnect();
      options.onChange();
    },
    rehearseLossyLine(isLossy) {
      isLineLossy = isLossy;
    },
    live: () => live,
    async close() {
      closed = true;
      cancelWatch?.();
      await Promise.all([
        listener.close(),
        pictures.close(),
        ...[...encoders.values()].map((encoder) => encoder.close()),
      ]);
      loseSource();
    },
  };
}
