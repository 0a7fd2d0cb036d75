import { expect, it } from 'vitest';

import { createReadingParser, type AnalysisReading } from './analysis-reading.ts';

/** As ffmpeg 7.0 prints a keyframe and half a second of a stereo sine; some lines that are not read are left out. */
const PICTURE = `frame:1    pts:180000  pts_time:2
lavfi.blackframe.pblack=37
lavfi.signalstats.YMIN=16
lavfi.signalstats.YAVG=126.247
lavfi.signalstats.YDIF=2.45035
lavfi.signalstats.UDIF=0
lavfi.signalstats.VBITDEPTH=8
`;
const SOUND = `frame:3    pts:91200   pts_time:1.9
lavfi.r128.M=-21.071
lavfi.r128.S=-120.691
lavfi.r128.I=-21.101
lavfi.r128.LRA=0.000
lavfi.r128.true_peaks_ch0=0.092
lavfi.r128.true_peaks_ch1=0.500
lavfi.r128.true_peak=0.500
lavfi.astats.1.Peak_level=-21.019357
lavfi.astats.2.Peak_level=-6.1
`;
const SILENCE = `frame:4    pts:115200  pts_time:2.4
lavfi.r128.M=-120.691
lavfi.r128.I=-70.000
lavfi.r128.true_peaks_ch0=0.000
lavfi.astats.1.Peak_level=-inf
`;

function parse(...pieces: string[]): AnalysisReading[] {
  const readings: AnalysisReading[] = [];
  const read = createReadingParser((reading) => readings.push(reading));
  for (const piece of pieces) read(Buffer.from(piece));
  return readings;
}

const picture = { kind: 'picture', blackPercent: 37, difference: 2.45035 };
const sound = {
  kind: 'sound',
  momentaryLufs: -21.071,
  integratedLufs: -21.101,
  truePeakDbtp: 20 * Math.log10(0.5),
  channelPeaksDbfs: [-21.019357, -6.1],
};

it('pictures and sound become readings without the line that follows them', () => {
  expect(parse(PICTURE)).toEqual([picture]);
  expect(parse(SOUND)).toEqual([sound]);
  expect(parse(PICTURE + SOUND + PICTURE)).toEqual([picture, sound, picture]);
});

it('silence has no loudness and no peak', () => {
  expect(parse(SILENCE)).toEqual([
    { kind: 'sound', momentaryLufs: null, integratedLufs: null, truePeakDbtp: null, channelPeaksDbfs: [null] },
  ]);
});

it('output in pieces of any size gives the same readings', () => {
  const whole = PICTURE + SOUND + SILENCE + PICTURE;
  for (const size of [1, 7, 100]) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      whole.slice(index * size, (index + 1) * size),
    );
    expect(parse(...pieces)).toEqual(parse(whole));
  }
});

it.each([
  ['other text', 'Error while decoding\nlavfi.unknown=1\nno equals sign\n'],
  ['a picture without its difference', PICTURE.replace(/.*YDIF.*\n/, '')],
  ['a difference that is no number', PICTURE.replace('2.45035', 'nan')],
  ['sound without a loudness', SOUND.replace(/.*r128\.M=.*\n/, '')],
  ['a line without an end', 'x'.repeat(100_000)],
])('%s is no reading, and the next ones are read', (_what, text) => {
  expect(parse(`${text}\n`, PICTURE, SOUND)).toEqual([picture, sound]);
});
