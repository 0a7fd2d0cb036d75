/**
 * The listeners of a flow, of which one feeds it. The flow changes to the other when the one in use is silent, and the
 * stream continues: at a keyframe, with continuous times, so that no destination notices more than a short gap.
 */
import type { Clock } from '../host/clock.ts';
import {
  LISTENER_NAMES,
  type FlowSource,
  type ListenerName,
  type ListenerReport,
  type SourceListener,
} from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';
import type { MediaLauncher } from './media-child.ts';
import type { NewestTimes } from './newest-times.ts';
import { openSourceLane, type SourceLane } from './source-lane.ts';
import { chooseListener } from './source-selection.ts';
import type { LineQuality } from './srt-line-meter.ts';
import type { ListenerState } from './srt-listener.ts';
import { createTimeSplicer } from './transport-stream/time-splicer.ts';

const WRAP_TICKS = 2 ** 33;
const TICKS_PER_MS = 90;

export interface SourceLanes {
  /** Opens, replaces and closes listeners. Those whose settings stay are not interrupted. */
  configure(source: FlowSource): Promise<void>;
  /** Returns the state of the listener in use, with the callers of both. */
  state(): ListenerState;
  lineQuality(): LineQuality;
  /** Returns both; undefined while there is one. @param lostAtMs since when a loss is simulated */
  report(lostAtMs: number | null): ListenerReport[] | undefined;
  switches(): number;
  /** Discards what arrives at a listener, to simulate its loss. */
  mute(isMuted: boolean): void;
  close(): Promise<void>;
}

export interface SourceLanesOptions {
  source: FlowSource;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  isLineLossy: () => boolean;
  /** Receives the stream that feeds the flow. */
  onData(chunk: Buffer): void;
  /** The stream continues with that of another encoder. @param measuredFromTicks as in SourceProgram */
  onSplice(measuredFromTicks: number): void;
  /** The stream has ended; the next data is a new one. */
  onDisconnect(): void;
  onChange(): void;
  /** Returns the newest times of the stream; null after a disconnection. */
  newest(): NewestTimes | null;
}

/** The choice is reviewed this often while there are two listeners. */
const REVIEW_MS = 50;

/** Opens the listeners of a flow. */
export function createSourceLanes(options: SourceLanesOptions): SourceLanes {
  const { clock } = options;
  const lanes = new Map<ListenerName, SourceLane>();
  const splicer = createTimeSplicer();
  let selected: ListenerName = 'main';
  let preferred = options.source.preferred;
  /** Whether the preference is new and was not followed yet. */
  let isPreferenceNew = false;
  /** Whether the encoder in use has left, and the stream waits for the other one. */
  let hasEnded = false;
  let switches = 0;
  let closed = false;
  let cancelReview = clock.after(REVIEW_MS, reviewAgain);

  open('main', listenerOf(options.source));
  if (options.source.backup) open('backup', options.source.backup);

  function open(name: ListenerName, source: SourceListener): void {
    const { launcher, logger, isLineLossy, onChange } = options;
    const lane = openSourceLane({
      ...{ source, launcher, clock, logger, isLineLossy, onChange },
      onData: (chunk) => take(name, chunk),
      onDisconnect: () => lose(name),
    });
    lanes.set(name, lane);
    lane.select(name === selected);
  }

  function take(name: ListenerName, chunk: Buffer): void {
    // Nothing feeds the flow, so the first to deliver does.
    if (name !== selected && options.newest() === null && !isDelivering(selected)) begin(name);
    if (name !== selected) return;
    if (hasEnded) end();
    options.onData(splicer.push(chunk));
  }

  function isDelivering(name: ListenerName): boolean {
    return lanes.get(name)?.flow().isDelivering ?? false;
  }

  function lose(name: ListenerName): void {
    if (name !== selected || closed) return;
    hasEnded = true;
    if (lanes.size > 1) review();
    // Otherwise the other encoder continues the stream with its next keyframe.
    if (hasEnded && !isDelivering(otherThan(name))) end();
  }

  function end(): void {
    hasEnded = false;
    splicer.restart();
    options.onDisconnect();
  }

  function select(name: ListenerName): void {
    lanes.get(selected)?.select(false);
    selected = name;
    lanes.get(name)!.select(true);
    hasEnded = false;
    options.onChange();
  }

  /** Begins a new stream with the next data of a listener. */
  function begin(name: ListenerName): void {
    if (hasEnded) end();
    select(name);
    splicer.restart();
  }

  /** Continues the stream with that of the other listener. */
  function change(name: ListenerName): void {
    const group = lanes.get(name)?.group();
    const newest = options.newest();
    if (!group) return;
    switches += 1;
    if (!newest) return begin(name);
    const ticks = newest.decodeTicks - group.newest.decodeTicks + (group.newest.atMs - newest.atMs) * TICKS_PER_MS;
    const offsetTicks = toTicks(ticks);
    select(name);
    const measuredFrom = splicer.begin({
      offsetTicks,
      keyframeTicks: toTicks(group.keyframeTicks + offsetTicks),
      newestTicks: newest.presentationTicks,
      newestSoundTicks: newest.soundTicks ?? newest.presentationTicks,
    });
    options.onSplice(measuredFrom);
    options.onData(splicer.push(group.bytes));
  }

  function review(): void {
    const flows = Object.fromEntries([...lanes].map(([name, lane]) => [name, lane.flow()]));
    if (preferred === selected || (preferred && !flows[preferred]?.isDelivering)) isPreferenceNew = false;
    const next = chooseListener(selected, flows, { preferred, isImmediate: isPreferenceNew }, clock.now());
    if (next !== selected) change(next);
  }

  function reviewAgain(): void {
    if (lanes.size > 1) review();
    cancelReview = clock.after(REVIEW_MS, reviewAgain);
  }

  async function closeBackup(): Promise<void> {
    const backup = lanes.get('backup');
    if (selected === 'backup') {
      if (lanes.get('main')!.flow().isReady) change('main');
      else {
        select('main');
        end();
      }
    }
    lanes.delete('backup');
    await backup?.close();
  }

  return {
    async configure(source) {
      isPreferenceNew ||= source.preferred !== undefined && source.preferred !== preferred;
      ({ preferred } = source);
      // A port is free before the other listener may take it.
      if (!source.backup) await closeBackup();
      await lanes.get('main')!.listener.configure(listenerOf(source));
      if (closed || !source.backup) return;
      const backup = lanes.get('backup');
      if (backup) await backup.listener.configure(source.backup);
      else open('backup', source.backup);
    },
    state() {
      const states = [...lanes.values()].map(({ listener }) => listener.state());
      const connections = states.reduce((sum, state) => sum + state.connections, 0);
      return { ...lanes.get(selected)!.listener.state(), connections };
    },
    lineQuality: () => lanes.get(selected)!.listener.lineQuality(),
    report(lostAtMs) {
      if (lanes.size < 2) return undefined;
      return [...lanes].map(([name, lane]) => ({
        ...lane.report(lostAtMs),
        ...{ name, isSelected: name === selected },
      }));
    },
    switches: () => switches,
    mute(isMuted) {
      for (const lane of lanes.values()) lane.mute(isMuted);
      if (isMuted) end();
    },
    async close() {
      closed = true;
      cancelReview();
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
    },
  };
}

function otherThan(name: ListenerName): ListenerName {
  return LISTENER_NAMES.find((other) => other !== name)!;
}

function toTicks(ticks: number): number {
  return ((Math.round(ticks) % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
}

/** Returns the settings of the main listener alone, so that a change of anything else does not interrupt it. */
function listenerOf({ ingestPort, listenHost, latencyMs, allowed, passphrase }: FlowSource): SourceListener {
  return {
    ...{ ingestPort, listenHost, latencyMs },
    ...(allowed !== undefined && { allowed }),
    ...(passphrase !== undefined && { passphrase }),
  };
}
