/**
 * Passes the source's packets to encoders, each from a keyframe on. A decoder waits for sound that the tables name, and
 * the picture waits with it. Each tap therefore learns at its start whether sound is arriving, and restarts if it
 * arrives later.
 */
import type { Clock } from '../host/clock.ts';
import type { Group, RawCache } from './transport-stream/raw-cache.ts';

/** Time the first keyframe waits for sound that the tables name. */
const SOUND_WAIT_MS = 1_500;
/** Sound that has not arrived for this long counts as missing. */
const SOUND_SILENT_MS = 3_000;

/** Receives the unchanged transport stream, from the newest keyframe on. */
export interface RawTap {
  /** `start` is set on the first call and at each restart; the bytes then begin with the tables and a keyframe. */
  onBytes(bytes: Buffer, start?: RawStart): void;
  /** Receives each keyframe once more, after its last packet: the packets since it began, of pictures and sound. */
  onKeyframe?(group: Group): void;
}

export interface RawStart {
  /** Program time of the keyframe. */
  keyframeDtsMs: number;
  keyframePtsMs: number;
  /** False when the tables name no sound, or when it is not arriving. */
  hasSound: boolean;
}

export interface RawTaps {
  /** Starts a tap at the newest keyframe, or at the next one. Returns the function that removes it. */
  add(tap: RawTap): () => void;
  count(): number;
  packets(packets: Buffer): void;
  /** Notes that a keyframe has opened the cache's group. */
  groupStarted(): void;
  soundHeard(): void;
  /** Starts the taps that can start; call it after each picture and each audio frame. */
  start(): void;
  /** Handles changed streams: every tap restarts at the next keyframe and receives all packets until then. */
  renew(): void;
  /** Handles a new connection: every tap waits for its first keyframe. */
  restart(): void;
}

interface TapState {
  started: boolean;
  /** Whether it was started with other streams than the current ones. */
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
    // Checked before the group is assembled, which is expensive for every packet.
    if (isSoundAwaited()) return;
    const group = raw.group();
    const bytes = deps.newestKeyframe();
    if (!group || !bytes) return;
    Object.assign(state, { started: true, isStale: false, hasSound: hasSound() });
    const isReadable = state.hasSound && deps.namesSound();
    tap.onBytes(bytes, { keyframeDtsMs: group.dtsMs, keyframePtsMs: group.ptsMs, hasSound: isReadable });
    tap.onKeyframe?.(group);
  }

  return {
    add(tap) {
      const state: TapState = { started: false, isStale: false, hasSound: false };
      taps.set(tap, state);
      startTap(tap, state);
      return () => taps.delete(tap);
    },
    count: () => taps.size,
    packets(packets) {
      for (const [tap, state] of taps) if (state.started) tap.onBytes(packets);
    },
    groupStarted() {
      firstGroupAtMs ??= clock.now();
      const group = raw.group();
      for (const [tap, state] of taps) {
        if (state.isStale || (!state.hasSound && hasSound())) state.started = false;
        else if (state.started && group) tap.onKeyframe?.(group);
      }
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
