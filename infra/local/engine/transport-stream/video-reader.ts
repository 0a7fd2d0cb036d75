/**
 * Reads the pictures of a video stream: their times, the places to start decoding, and what their headers say.
 */
import type { CodingNumbers } from '../../../../functions/domain/video-coding.ts';
import { createDecoderHeaders } from './decoder-headers.ts';
import {
  isFieldSlice,
  isSlice,
  NAL_IDR,
  NAL_SPS,
  splitAccessUnits,
  splitAnnexB,
  type SequenceParameters,
} from './h264.ts';
import type { HevcSequence } from './hevc.ts';
import { createParameterSets, type ActiveSets } from './parameter-sets.ts';
import type { AssembledPes } from './pes-assembler.ts';
import { tickDistance } from './timeline.ts';

export const TYPE_H264 = 0x1b;

/** What the header of a video stream says about its pictures. */
export interface PictureHeader {
  width: number;
  height: number;
  coding: CodingNumbers;
}

export interface Picture {
  /** 33-bit, 90 kHz. */
  dts: number;
  pts: number;
  bytes: number;
  keyframe: boolean;
  /** Half a frame when it is a single field. */
  frames: 0.5 | 1;
  /** Offset of its first transport packet; null unless it is the first picture of its PES packet. */
  offset: number | null;
  /** Headers a decoder needs and the keyframe lacks, as a byte stream. */
  missingHeaders: Buffer;
  /** Of keyframes of H.264 and HEVC; null for others, and while it is unknown. */
  header: PictureHeader | null;
  /** H.264 only: NAL units, and on keyframes the parameter sets; null while these are unknown. */
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

/** Creates a reader for one stream of one connection. */
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
      header: keyframe && current ? toHeader(current.parameters, current.parameters.level) : null,
      h264: { units, sets: keyframe ? current : null },
    };
  }

  return {
    read: (pes) => splitAccessUnits(splitAnnexB(pes.data)).map((units, index) => toPicture(units, pes, index)),
  };
}

/** Reads one picture from each PES packet. */
function createOtherReader(streamType: number, times: PictureTimes): VideoReader {
  const headers = createDecoderHeaders(streamType);
  return {
    read(pes) {
      const { isKeyframe: isFound, missing } = headers?.read(pes.data) ?? { isKeyframe: false, missing: NOTHING };
      const keyframe = pes.randomAccess || isFound;
      const { dts, pts } = times.next(pes, 1);
      const sequence = keyframe ? headers?.sequence() : null;
      return [
        {
          ...{ dts, pts, bytes: pes.data.length, keyframe, frames: 1, offset: pes.offset },
          missingHeaders: keyframe ? missing : NOTHING,
          header: sequence ? toHeader(sequence, sequence.levelIdc) : null,
          h264: null,
        },
      ];
    },
  };
}

function toHeader(sequence: HevcSequence | SequenceParameters, levelIdc: number): PictureHeader {
  const { width, height, profileIdc, chromaFormat, bitDepthLuma, bitDepthChroma, isProgressive, colour } = sequence;
  return {
    width,
    height,
    coding: {
      profileIdc,
      levelIdc,
      chromaFormatIdc: chromaFormat,
      bitDepth: Math.max(bitDepthLuma, bitDepthChroma),
      isInterlaced: !isProgressive,
      ...colour,
    },
  };
}

interface PictureTimes {
  /** @param stated times of the PES packet that starts with the picture; null for a later picture in it */
  next(stated: Pick<AssembledPes, 'pts' | 'dts'> | null, frames: number): { dts: number; pts: number };
}

/** Derives the times of pictures that state none from the previous ones. */
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
 * Returns whether decoding can start at the picture: an IDR picture or, with open groups of pictures or a refresh in
 * slices, one the muxer has marked. Some muxers mark every picture, so a mark counts only together with parameter sets.
 */
function isKeyframe(units: Buffer[], isMarked: boolean): boolean {
  const has = (wanted: number) => units.some((unit) => (unit[0]! & 0x1f) === wanted);
  return has(NAL_IDR) || (isMarked && has(NAL_SPS));
}

function toByteStream(units: Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}
