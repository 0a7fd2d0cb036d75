/**
 * A flow: its SRT listeners, the parser of the incoming stream, and the encoders fed by it. It does not know its
 * outputs.
 */
import type { Clock } from '../host/clock.ts';
import { createSourceAnalyser } from './analysis/source-analyser.ts';
import type { FlowSource, ListenerName, SourcePicture, SourceReport } from './contract.ts';
import type { EncoderLoad } from './encoder-run.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFlowPrograms, type FlowPrograms } from './flow-programs.ts';
import type { MediaLauncher } from './media-child.ts';
import { createSourcePictureMaker } from './source-picture.ts';
import { showLoss } from './source-lane.ts';
import { createSourceLanes } from './source-lanes.ts';
import { createSourcePresence } from './source-presence.ts';
import type { PayloadCutter } from './srt/payload-cutter.ts';

export interface Flow extends FlowPrograms {
  /** Restarts a listener when its settings differ. The analysis starts and stops without an interruption. */
  configure(source: FlowSource): Promise<void>;
  report(): SourceReport;
  /** Returns a picture of a source; null while no media is arriving. @param name absent: the source in use */
  picture(name?: ListenerName): Promise<SourcePicture | null>;
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

/** Creates a flow that listens for its source. */
export function createFlow(options: FlowOptions): Flow {
  const { clock, launcher, load, logger, onChange } = options;
  let rehearsedLossAtMs: number | null = null;
  let isLineLossy = false;

  const { source, encoders, programs } = createFlowPrograms({ launcher, clock, logger, load, onChange });
  const pictures = createSourcePictureMaker({
    ...{ newestKeyframe: source.newestKeyframe, launcher, clock, logger },
    colour: () => source.facts().header?.coding,
  });
  const presence = createSourcePresence({ clock, onBack: onChange, onLost: loseSource });
  const analyser = createSourceAnalyser({ source, launcher, clock, logger });
  const lanes = createSourceLanes({
    ...{ source: analyse(options.source), launcher, clock, logger, onChange },
    isLineLossy: () => isLineLossy,
    newest: source.newest,
    onData: take,
    onSplice(measuredFromTicks) {
      options.feed.restart();
      // It shows the other source.
      pictures.forget();
      source.splice(measuredFromTicks);
    },
    onDisconnect: disconnect,
  });

  /** Starts or stops the analysis. Returns the settings of the listeners alone. */
  function analyse({ isAnalysed = false, ...listeners }: FlowSource): FlowSource {
    if (isAnalysed) analyser.start();
    else analyser.stop();
    return listeners;
  }

  function take(chunk: Buffer): void {
    presence.heard();
    options.feed.push(chunk);
    try {
      source.push(chunk);
    } catch (error) {
      // One unreadable stream must not end the others.
      logger.error('failed to read a source', { error: error instanceof Error ? error.message : 'unknown' });
      source.restart();
    }
  }

  function disconnect(): void {
    options.feed.restart();
    source.restart();
    presence.lose();
    encoders.sourceLost();
    analyser.sourceLost();
  }

  function loseSource(): void {
    source.lost();
    encoders.sourceSilent();
    pictures.forget();
    onChange();
  }

  return {
    ...programs,
    configure: (settings) => lanes.configure(analyse(settings)),
    report() {
      const lostAtMs = rehearsedLossAtMs ?? presence.silentSinceMs();
      const { state, sinceMs, error, connections } = showLoss(lanes.state(), lostAtMs);
      const isConnected = state === 'connected';
      const listeners = lanes.report(rehearsedLossAtMs);
      const failoverSwitches = lanes.switches();
      return {
        ...{ flowArn: options.source.flowArn, state, sinceMs, error },
        bitrateBps: isConnected ? source.measurement().bitrateBps : 0,
        ...(isConnected && { ...source.describe(), ...lanes.lineQuality(), analysis: analyser.report() }),
        continuityErrors: source.continuityErrors(),
        connections,
        ...(listeners && { listeners }),
        ...(failoverSwitches > 0 && { failoverSwitches }),
      };
    },
    async picture(name = lanes.selected()) {
      if (name !== lanes.selected()) return lanes.standbyPicture(name);
      return presence.isLive() ? pictures.take() : null;
    },
    rehearseLoss(isLost) {
      if (isLost === (rehearsedLossAtMs !== null)) return;
      rehearsedLossAtMs = isLost ? clock.now() : null;
      lanes.mute(isLost);
      onChange();
    },
    rehearseLossyLine(isLossy) {
      isLineLossy = isLossy;
    },
    live: presence.isLive,
    async close() {
      presence.close();
      await Promise.all([lanes.close(), pictures.close(), encoders.close(), analyser.close()]);
      presence.lose();
    },
  };
}
