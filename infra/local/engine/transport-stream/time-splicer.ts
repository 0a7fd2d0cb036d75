/**
 * Lets one transport stream continue the times of another: two encoders of the same programme have unrelated clocks.
 * It rewrites presentation, decode and program clock times in place and leaves everything else unread.
 *
 * The new stream begins with a keyframe that is usually older than the last delivered picture. A decoder needs the
 * pictures from there on, so they are squeezed into a short time after the last delivered one: the times never run
 * backwards, and after that they are those of the stream. Sound that was delivered already is left out, and so are
 * pictures shown before the keyframe: with open groups of pictures, they need the group before it.
 */
import { PACKET_BYTES, readPacket } from './packet.ts';
import { createPacketCutter } from './packet-cutter.ts';
import { readTime, writeTime } from './pes-time.ts';
import { tickDistance } from './timeline.ts';

/** All times are 33 bits at 90 kHz. */
export interface Splice {
  /** What to add to the times of the new stream. */
  offsetTicks: number;
  /** Decode time of its first keyframe, after the addition. */
  keyframeTicks: number;
  /** Presentation time of that keyframe, after the addition. */
  keyframeShownTicks: number;
  /** The newest time delivered of picture or sound, and that of sound alone. */
  newestTicks: number;
  newestSoundTicks: number;
}

export interface TimeSplicer {
  /** Passes the next bytes unchanged. */
  restart(): void;
  /** The next bytes are another stream. Returns the time from which on its pictures are not squeezed. */
  begin(splice: Splice): number;
  /** Returns the whole packets of the bytes pushed so far, which it may have changed. */
  push(chunk: Buffer): Buffer;
}

const WRAP_TICKS = 2 ** 33;
const TICKS_PER_MS = 90;
/** The first picture follows the last delivered one at this distance. */
const FIRST_STEP_TICKS = 20 * TICKS_PER_MS;
const SQUEEZED_TICKS_MIN = 100 * TICKS_PER_MS;
/** Keeps pictures of up to 120 per second at least a millisecond apart, the unit of RTMP. */
const SQUEEZED_SHARE = 0.2;
/** Sound this close to the last delivered one is the same. */
const SOUND_STEP_TICKS = 10 * TICKS_PER_MS;
/** Pictures are not reordered over more than this. */
const REORDER_TICKS_MAX = 1_000 * TICKS_PER_MS;

/** Wraps a time into 33 bits. */
export function toTicks(ticks: number): number {
  return ((Math.round(ticks) % WRAP_TICKS) + WRAP_TICKS) % WRAP_TICKS;
}

/** Creates a splicer that passes everything unchanged. */
export function createTimeSplicer(): TimeSplicer {
  let map: TimeMap | null = null;
  let kept: Buffer[] = [];
  /** PIDs whose current packet is left out. */
  let leftOut = new Set<number>();
  /** Packets left out so far, by PID. */
  let missing = new Map<number, number>();

  function isKept(packet: Buffer, times: TimeMap): boolean {
    const header = readPacket(packet);
    rewriteClock(packet, times);
    const { payload, pid, starts } = header;
    if (starts && payload.length >= 14 && payload.readUIntBE(0, 3) === 1) {
      if (isSound(payload[3]!) ? times.isOldSound(payload) : times.isLeadingPicture(payload)) leftOut.add(pid);
      else leftOut.delete(pid);
      rewriteTimes(payload, times);
    }
    const before = missing.get(pid) ?? 0;
    if (leftOut.has(pid)) {
      if (payload.length > 0) missing.set(pid, before + 1);
      return false;
    }
    // Otherwise a reader would take what is left out for lost packets.
    packet[3] = (packet[3]! & 0xf0) | ((header.counter - before) & 15);
    return true;
  }

  const cutter = createPacketCutter({
    onPacket(data, at) {
      const packet = data.subarray(at, at + PACKET_BYTES);
      if (map === null || isKept(packet, map)) kept.push(packet);
    },
    onEnd() {},
    onLoss() {},
  });

  function clear(): void {
    cutter.reset();
    leftOut = new Set();
    missing = new Map();
  }

  return {
    restart() {
      clear();
      map = null;
    },
    begin(splice) {
      clear();
      map = createTimeMap(splice);
      return map.squeezedUntil;
    },
    push(chunk) {
      if (map === null) return chunk;
      kept = [];
      cutter.push(chunk);
      return Buffer.concat(kept);
    },
  };
}

interface TimeMap {
  picture(ticks: number): number;
  sound(ticks: number): number;
  isOldSound(payload: Buffer): boolean;
  /** Whether a picture, in the order of the stream, is shown before the keyframe that the stream begins with. */
  isLeadingPicture(payload: Buffer): boolean;
  squeezedUntil: number;
}

function createTimeMap(splice: Splice): TimeMap {
  const { offsetTicks, keyframeTicks, keyframeShownTicks, newestTicks, newestSoundTicks } = splice;
  /** From the keyframe to the last delivered time. */
  const repeated = tickDistance(keyframeTicks, newestTicks);
  const squeezed = Math.max(SQUEEZED_TICKS_MIN, repeated * SQUEEZED_SHARE);
  const end = repeated + squeezed;
  const isSqueezed = repeated > -FIRST_STEP_TICKS;
  let mayLead = true;
  return {
    picture(ticks) {
      const after = tickDistance(keyframeTicks, toTicks(ticks + offsetTicks));
      if (!isSqueezed || after >= end) return toTicks(keyframeTicks + after);
      return toTicks(keyframeTicks + repeated + FIRST_STEP_TICKS + (after * (squeezed - FIRST_STEP_TICKS)) / end);
    },
    sound: (ticks) => toTicks(ticks + offsetTicks),
    isOldSound(payload) {
      const hasTime = (payload[7]! & 0x80) !== 0;
      return hasTime && tickDistance(newestSoundTicks, toTicks(readTime(payload, 9) + offsetTicks)) <= SOUND_STEP_TICKS;
    },
    isLeadingPicture(payload) {
      const hasTime = (payload[7]! & 0x80) !== 0;
      if (!mayLead || !hasTime) return false;
      const after = tickDistance(keyframeShownTicks, toTicks(readTime(payload, 9) + offsetTicks));
      mayLead = after < REORDER_TICKS_MAX;
      return after < 0;
    },
    squeezedUntil: toTicks(isSqueezed ? keyframeTicks + end : keyframeTicks),
  };
}

/** Everything but video is sound: private data too, which carries AC-3 and others. */
function isSound(streamId: number): boolean {
  return (streamId & 0xf0) !== 0xe0;
}

function rewriteTimes(payload: Buffer, times: TimeMap): void {
  const toTime = isSound(payload[3]!) ? times.sound : times.picture;
  const flags = payload[7]! >> 6;
  if (flags & 2) writeTime(payload, 9, flags, toTime(readTime(payload, 9)));
  if (flags === 3 && payload.length >= 19) writeTime(payload, 14, 1, toTime(readTime(payload, 14)));
}

/** Rewrites the base of the program clock reference; its extension, below a tick, stays. */
function rewriteClock(packet: Buffer, times: TimeMap): void {
  const hasAdaptation = (packet[3]! & 0x20) !== 0;
  if (!hasAdaptation || packet[4]! < 7 || (packet[5]! & 0x10) === 0) return;
  const base = times.picture(packet.readUInt32BE(6) * 2 + (packet[10]! >> 7));
  packet.writeUInt32BE(Math.floor(base / 2), 6);
  packet[10] = ((base % 2) << 7) | (packet[10]! & 0x7f);
}
