/**
 * The listeners of a flow, of which one feeds it. The flow changes to the other when the one in use is silent, and the
 * stream continues: at a keyframe, with continuous times, so that no destination notices more than a short gap.
 */
import type { Clock } from '../host/clock.ts';
import type { FlowSource, ListenerName, ListenerReport, SourceListener, SourcePicture } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { MediaLauncher } from './media-child.ts';
import { openSourceLane, type SourceLane } from './source-lane.ts';
import { createSourceStream, type SourceStreamHandlers } from './source-stream.ts';
import { createSourceChoice } from './source-choice.ts';
import type { LineQuality } from './srt-line-meter.ts';
import type { ListenerState } from './srt-listener.ts';

export interface SourceLanes {
  /** Opens, replaces and closes listeners. Those whose settings stay are not interrupted. */
  configure(source: FlowSource): Promise<void>;
  /** Returns the state of the listener in use, with the callers of both. */
  state(): ListenerState;
  lineQuality(): LineQuality;
  /** Returns both; undefined while there is one. @param lostAtMs since when a loss is simulated */
  report(lostAtMs: number | null): ListenerReport[] | undefined;
  switches(): number;
  selected(): ListenerName;
  /** Returns a picture of a listener that does not feed the flow; null for the other, and while nothing is arriving. */
  standbyPicture(name: ListenerName): Promise<SourcePicture | null>;
  /** Discards what arrives at a listener, to simulate its loss. */
  mute(isMuted: boolean): void;
  close(): Promise<void>;
}

export interface SourceLanesOptions extends SourceStreamHandlers {
  source: FlowSource;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  isLineLossy: () => boolean;
  onChange(): void;
}

/** Opens the listeners of a flow. */
export function createSourceLanes(options: SourceLanesOptions): SourceLanes {
  const lanes = new Map<ListenerName, SourceLane>();
  const stream = createSourceStream(options);
  const choice = createSourceChoice({ ...options, lanes, stream, preferred: options.source.preferred });
  const inUse = () => lanes.get(choice.selected())!.listener;

  open('main', listenerOf(options.source));
  if (options.source.backup) open('backup', options.source.backup);

  function open(name: ListenerName, source: SourceListener): void {
    const { launcher, clock, logger, isLineLossy, onChange } = options;
    const lane = openSourceLane({
      ...{ source, launcher, clock, logger, isLineLossy, onChange },
      onData: (chunk) => choice.take(name, chunk),
      onDisconnect: () => choice.lose(name),
    });
    lanes.set(name, lane);
    lane.select(name === choice.selected());
    if (lanes.size > 1) choice.watch();
  }

  return {
    async configure(source) {
      choice.prefer(source.preferred);
      // A port is free before the other listener may take it.
      if (!source.backup) await choice.drop('backup')?.close();
      await lanes.get('main')!.listener.configure(listenerOf(source));
      if (choice.isClosed() || !source.backup) return;
      const backup = lanes.get('backup');
      if (backup) await backup.listener.configure(source.backup);
      else open('backup', source.backup);
    },
    state() {
      const states = [...lanes.values()].map(({ listener }) => listener.state());
      const connections = states.reduce((sum, state) => sum + state.connections, 0);
      return { ...inUse().state(), connections };
    },
    lineQuality: () => inUse().lineQuality(),
    report(lostAtMs) {
      if (lanes.size < 2) return undefined;
      const selected = choice.selected();
      return [...lanes].map(([name, lane]) => ({ name, isSelected: name === selected, ...lane.report(lostAtMs) }));
    },
    switches: choice.switches,
    selected: choice.selected,
    standbyPicture: async (name) => (await lanes.get(name)?.picture()) ?? null,
    mute(isMuted) {
      for (const lane of lanes.values()) lane.mute(isMuted);
      if (isMuted) stream.end();
    },
    async close() {
      choice.close();
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
    },
  };
}

/** Returns the settings of the main listener alone, so that a change of anything else does not interrupt it. */
function listenerOf({ ingestPort, listenHost, latencyMs, allowed, passphrase }: FlowSource): SourceListener {
  return {
    ...{ ingestPort, listenHost, latencyMs },
    ...(allowed !== undefined && { allowed }),
    ...(passphrase !== undefined && { passphrase }),
  };
}
