import { expect, it } from 'vitest';
import { readAgeMs, stampPicture } from './stamp.ts';

it('readAgeMs finds the time stamp in a picture that is otherwise unchanged', () => {
  const picture = Buffer.from('1701000000' + '00000004' + '65888421', 'hex');
  const stamped = stampPicture(picture);
  expect(readAgeMs(stamped)).toBeGreaterThanOrEqual(0);
  expect(stamped.subarray(0, 5)).toEqual(picture.subarray(0, 5));
  expect(stamped.subarray(-8)).toEqual(picture.subarray(5));
  expect(stamped.readUInt32BE(5)).toBe(stamped.length - 5 - 4 - 8);
  expect(readAgeMs(picture)).toBeNull();
});
