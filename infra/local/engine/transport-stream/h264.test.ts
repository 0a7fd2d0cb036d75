import { expect, it } from 'vitest';

import { SAMPLE_FORMAT } from '../../../../test/support/test-media.ts';
import {
  buildAvcConfiguration,
  buildAvcTagBody,
  isFieldSlice,
  parseSequenceParameters,
  readAvcConfiguration,
  splitAccessUnits,
  splitAnnexB,
} from './h264.ts';

const DELIMITER = [9, 0xf0];
const slice = (type: number, firstMacroblock: number) => [0x60 | type, firstMacroblock === 0 ? 0x88 : 0x40, 1, 2];
const annexB = (...units: number[][]) => Buffer.from(units.flatMap((unit) => [0, 0, 0, 1, ...unit]));

it('finds NAL units behind short and long start codes and drops padding', () => {
  const data = Buffer.from([0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x65, 1, 2, 0, 0, 0, 0, 1, 0x41, 7, 0, 0]);
  expect(splitAnnexB(data)).toEqual([Buffer.from([9, 0xf0]), Buffer.from([0x65, 1, 2]), Buffer.from([0x41, 7])]);
});

it('separates several pictures of one packet, with delimiters and without', () => {
  const withDelimiters = splitAnnexB(
    annexB(DELIMITER, slice(5, 0), DELIMITER, slice(1, 0), slice(1, 9), DELIMITER, slice(1, 0)),
  );
  expect(splitAccessUnits(withDelimiters).map((units) => units.length)).toEqual([2, 3, 2]);
  const without = splitAnnexB(annexB([0x67, 1], [0x68, 1], slice(5, 0), slice(5, 8), slice(1, 0), slice(1, 0)));
  expect(splitAccessUnits(without).map((units) => units.length)).toEqual([4, 1, 1]);
});

it('reads size, profile and frame rate of a sequence parameter set', () => {
  const { sps } = readAvcConfiguration(SAMPLE_FORMAT.video!.avcConfiguration);
  expect(parseSequenceParameters(sps[0]!)).toMatchObject({
    width: 1280,
    height: 720,
    profile: 'high',
    framesPerSecond: 30,
    bitDepthLuma: 8,
    level: 31,
    isProgressive: true,
    chromaFormat: 1,
  });
});

/** Written by x264 for interlaced 1920x1080. */
const INTERLACED_SPS = Buffer.from('67640028acd94078044fde0220000003002000000783e2c5b2c0', 'hex');

it('recognizes streams whose pictures may hold two fields, and slices of a single field', () => {
  const parameters = parseSequenceParameters(INTERLACED_SPS);
  expect(parameters).toMatchObject({ width: 1920, height: 1080, level: 40, isProgressive: false, framesPerSecond: 30 });
  expect(parameters.slice.frameNumberBits).toBe(4);
  // first_mb_in_slice 0, slice_type 5, picture parameter set 0, frame_num of 4 bits, field_pic_flag.
  const sliceOf = (bits: string) =>
    Buffer.from([0x41, ...bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2))]);
  expect(isFieldSlice(sliceOf('1001101000110000'), parameters)).toBe(true);
  expect(isFieldSlice(sliceOf('1001101000100000'), parameters)).toBe(false);
  const { sps } = readAvcConfiguration(SAMPLE_FORMAT.video!.avcConfiguration);
  expect(isFieldSlice(sliceOf('1001101000110000'), parseSequenceParameters(sps[0]!))).toBe(false);
});

it('rejects a truncated sequence parameter set', () => {
  const { sps } = readAvcConfiguration(SAMPLE_FORMAT.video!.avcConfiguration);
  expect(() => parseSequenceParameters(sps[0]!.subarray(0, 6))).toThrow(RangeError);
});

it('rebuilds a decoder configuration from its parts', () => {
  const { sps, pps } = readAvcConfiguration(SAMPLE_FORMAT.video!.avcConfiguration);
  const built = buildAvcConfiguration(sps[0]!, pps);
  expect(readAvcConfiguration(built)).toEqual({ sps, pps });
  expect(built.subarray(-4)).toEqual(Buffer.from([0xfd, 0xf8, 0xf8, 0]));
});

it('writes length prefixes and a signed composition offset', () => {
  expect(buildAvcTagBody([Buffer.from([0x65, 1])], true, -2)).toEqual(
    Buffer.from([0x17, 1, 0xff, 0xff, 0xfe, 0, 0, 0, 2, 0x65, 1]),
  );
});
