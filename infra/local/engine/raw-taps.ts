/**
 * Hands the source's packets to encoders, each from a keyframe on. A decoder waits for sound that the tables name, and the
 * picture waits with it: so those who begin are told whether it is coming, and begin anew when it has come after all.
 */
import type { Clock } from '../host/clock.ts';
import type { RawCache } from './transport-stream/raw-cache.ts';

/** How long the first keyframe waits for sound that the tables name. */
const SOUND_WAIT_MS = 1_500;
/** Sound that has not come for this long counts as none. */
const SOUND_SILENT_MS = 3_000;

/** Takes the transport stream as it came, from the newest keyframe on. */
export interface RawTap {
  /** `start` comes with bytes that begin with the tables and a keyframe: on the first call and whenever it begins anew. */
  onBytes(bytes: Buffer, start?: RawStart): void;
}

export interface RawStart {
  /** Program times of the keyframe. */
  keyframeDtsMs: number;
  keyframePtsMs: number;
  /** False when sound that the tables name is not coming. */
  hasSound: boolean;
}

export interface RawTaps {
  /** Begins at the newest keyframe, or at the next one. Returns the way out. */
  add(tap: RawTap): () => void;
  packets(packets: Buffer): void;
  /** A keyframe has opened the cache's group. */
  groupStarted(): void;
  soundHeard(): void;
  /** Lets those begin who can; to be called after each picture and each piece of sound. */
  start(): void;
  /** The streams have changed: every tap begins again with the next keyframe and takes what comes until then. */
  renew(): void;
  /** Another connection follows: every tap waits for its first keyframe. */
  restart(): void;
}

interface TapState {
  started: boolean;
  /** It was started with streams that are not these. */
  isStale: boolean;
  hasSound: boolean;
}

/**
 * @param deps.namesSound whether the tables name sound
 * @param deps.newestKeyframe tables and everything in the cache's group
 */
export function createRawTaps(deps: {
  clock: Clock;
  raw: RawCache;
  namesSound: () => boolean;
  newestKeyframe: () => Buffer | null;
}): RawTaps {
  const { clock, raw } = deps;
  const taps = new Map<RawTap, TapState>();
  let soundAtMs: number | null = null;
  let firstGroupAtMs: number | null = null;

  function hasSound(): boolean {
    if (!deps.namesSound()) return true;
    return soundAtMs !== null && clock.now() - soundAtMs <= SOUND_SILENT_MS;
  }

  function isSoundAwaited(): boolean {
    if (!deps.namesSound() || soundAtMs !== null || firstGroupAtMs === null) return false;
    return clock.now() - firstGroupAtMs <= SOUND_WAIT_MS;
  }

  function startTap(tap: RawTap, state: TapState): void {
    // Asked before the group is put together, which takes its time with every packet.
    if (isSoundAwaited()) return;
    const group = raw.group();
    const bytes = deps.newestKeyframe();
    if (!group || !bytes) return;
    Object.assign(state, { started: true, isStale: false, hasSound: hasSound() });
    tap.onBytes(bytes, { keyframeDtsMs: group.dtsMs, keyframePtsMs: group.ptsMs, hasSound: state.hasSound });
  }

  return {
    add(tap) {
      const state: TapState = { started: false, isStale: false, hasSound: false };
      taps.set(tap, state);
      startTap(tap, state);
      return () => taps.delete(tap);
    },
    packets(packets) {
      for (const [tap, state] of taps) if (state.started) tap.onBytes(packets);
    },
    groupStarted() {
      firstGroupAtMs ??= clock.now();
      for (const state of taps.values()) if (state.isStale || (!state.hasSound && hasSound())) state.started = false;
    },
    soundHeard() {
      soundAtMs = clock.now();
    },
    start() {
      for (const [tap, state] of taps) if (!state.started) startTap(tap, state);
    },
    renew() {
      for (const state of taps.values()) state.isStale = true;
    },
    restart() {
      soundAtMs = null;
      firstGroupAtMs = null;
      raw.endGroup();
      for (const state of taps.values()) state.started = false;
    },
  };
}
