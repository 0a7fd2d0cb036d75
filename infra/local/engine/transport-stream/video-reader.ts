/**
 * Reads the pictures of a video stream: their times, where decoding can begin, and for H.264 what they are decoded with.
 */
import { createDecoderHeaders } from './decoder-headers.ts';
import { isFieldSlice, isSlice, NAL_IDR, NAL_SPS, splitAccessUnits, splitAnnexB } from './h264.ts';
import { createParameterSets, type ActiveSets } from './parameter-sets.ts';
import type { AssembledPes } from './pes-assembler.ts';
import { tickDistance } from './timeline.ts';

export const TYPE_H264 = 0x1b;

export interface Picture {
  /** 33-bit, 90 kHz. */
  dts: number;
  pts: number;
  bytes: number;
  keyframe: boolean;
  /** Half a frame when it is a single field. */
  frames: 0.5 | 1;
  /** Of its first transport packet; null when another picture of the same PES packet is in front of it. */
  offset: number | null;
  /** Headers a decoder needs that a keyframe does not bring itself, as a byte stream. */
  missingHeaders: Buffer;
  /** Of H.264: its NAL units and parameter sets, the latter on keyframes; null while they are not known. */
  h264: { units: Buffer[]; sets: ActiveSets | null } | null;
}

export interface VideoReader {
  read(pes: AssembledPes): Picture[];
}

const DEFAULT_FRAME_TICKS = 3_000;
const STEP_TICKS_MAX = 90_000;
/** A presentation time further from the decode time is invalid. */
const REORDER_TICKS_MAX = 10 * 90_000;
const START_CODE = Buffer.from([0, 0, 0, 1]);
const NOTHING = Buffer.alloc(0);

/** Reads one stream of one connection. */
export function createVideoReader(streamType: number): VideoReader {
  const times = createPictureTimes();
  return streamType === TYPE_H264 ? createH264Reader(times) : createOtherReader(streamType, times);
}

function createH264Reader(times: PictureTimes): VideoReader {
  const sets = createParameterSets();
  let current: ActiveSets | null = null;

  function toPicture(units: Buffer[], pes: AssembledPes, index: number): Picture {
    sets.remember(units);
    const keyframe = isKeyframe(units, index === 0 && pes.randomAccess);
    if (keyframe) current = sets.activeFor(units);
    const bringsSets = units.some((unit) => (unit[0]! & 0x1f) === NAL_SPS);
    const slice = units.find(isSlice);
    const frames = slice && current && isFieldSlice(slice, current.parameters) ? 0.5 : 1;
    return {
      ...times.next(index === 0 ? pes : null, frames),
      bytes: units.reduce((sum, unit) => sum + unit.length, 0),
      keyframe,
      frames,
      offset: index === 0 ? pes.offset : null,
      missingHeaders: keyframe && current && !bringsSets ? toByteStream([current.sps, ...current.pps]) : NOTHING,
      h264: { units, sets: keyframe ? current : null },
    };
  }

  return {
    read: (pes) => splitAccessUnits(splitAnnexB(pes.data)).map((units, index) => toPicture(units, pes, index)),
  };
}

/** One picture for each PES packet. */
function createOtherReader(streamType: number, times: PictureTimes): VideoReader {
  const headers = createDecoderHeaders(streamType);
  return {
    read(pes) {
      const { isKeyframe: isFound, missing } = headers?.read(pes.data) ?? { isKeyframe: false, missing: NOTHING };
      const keyframe = pes.randomAccess || isFound;
      const { dts, pts } = times.next(pes, 1);
      const missingHeaders = keyframe ? missing : NOTHING;
      return [
        { dts, pts, bytes: pes.data.length, keyframe, frames: 1, offset: pes.offset, missingHeaders, h264: null },
      ];
    },
  };
}

interface PictureTimes {
  /** @param stated times of the PES packet the picture begins; null for one further back in it */
  next(stated: Pick<AssembledPes, 'pts' | 'dts'> | null, frames: number): { dts: number; pts: number };
}

/** Times of pictures that state none follow from those before. */
function createPictureTimes(): PictureTimes {
  let lastDts: number | null = null;
  let lastFrames = 1;
  let frameTicks = DEFAULT_FRAME_TICKS;
  return {
    next(stated, frames) {
      const expected = lastDts === null ? 0 : lastDts + frameTicks * lastFrames;
      const dts = stated?.dts ?? expected;
      const pts = stated?.pts ?? dts;
      const step = lastDts === null ? 0 : tickDistance(lastDts, dts);
      if (stated && step > 0 && step < STEP_TICKS_MAX) frameTicks = step / lastFrames;
      lastDts = dts;
      lastFrames = frames;
      return { dts, pts: Math.abs(tickDistance(dts, pts)) <= REORDER_TICKS_MAX ? pts : dts };
    },
  };
}

/**
 * Decoding can begin at an IDR picture; with open groups of pictures or a refresh in slices also at one that the muxer has
 * marked. Some mark every picture: only those count that bring their parameter sets.
 */
function isKeyframe(units: Buffer[], isMarked: boolean): boolean {
  const has = (wanted: number) => units.some((unit) => (unit[0]! & 0x1f) === wanted);
  return has(NAL_IDR) || (isMarked && has(NAL_SPS));
}

function toByteStream(units: Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}
