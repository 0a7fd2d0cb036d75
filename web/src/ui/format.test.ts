import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatBitrate,
  formatClock,
  formatCodec,
  formatCoding,
  formatFrameRate,
  formatMoment,
  sentence,
} from './format.ts';

describe('formatBitrate', () => {
  it('uses Mbps from one megabit up and kbps below', () => {
    expect(formatBitrate(6_080_000)).toBe('6.1 Mbps');
    expect(formatBitrate(999_700)).toBe('1.0 Mbps');
    expect(formatBitrate(840_400)).toBe('840 kbps');
  });

  it('distinguishes a missing value from zero', () => {
    expect(formatBitrate(null)).toBe('–');
    expect(formatBitrate(0)).toBe('0 kbps');
  });
});

describe('formatClock', () => {
  it('shows minutes, hours or days', () => {
    expect(formatClock(4_900)).toBe('0:04');
    expect(formatClock(605_000)).toBe('10:05');
    expect(formatClock(3_729_000)).toBe('1:02:09');
    expect(formatClock(183_845_000)).toBe('2 d 03:04:05');
  });

  it('is never negative when clocks disagree', () => {
    expect(formatClock(-5000)).toBe('0:00');
  });
});

describe('small words', () => {
  it('shows an age in one unit', () => {
    expect([formatAge(4200), formatAge(720_000), formatAge(10_800_000)]).toEqual(['4 s', '12 min', '3 h']);
  });

  it('rounds a measured frame rate, but keeps NTSC fractions', () => {
    expect([formatFrameRate(30), formatFrameRate(59.9401), formatFrameRate(null)]).toEqual(['30', '59.94', '–']);
    expect([formatFrameRate(29.61), formatFrameRate(30.4)]).toEqual(['30', '30']);
  });

  it('capitalizes the first letter only', () => {
    expect(sentence('the HLS channel')).toBe('The HLS channel');
  });

  it('converts times in a text to local time', () => {
    const at = '2026-11-21T03:27:59.812Z';
    expect(sentence(`next attempt at ${at}, at most`)).toBe(
      `Next attempt at ${new Date(at).toLocaleTimeString()}, at most`,
    );
  });

  it('formats known codecs and keeps unknown ones', () => {
    const video = { codec: 'h264', width: 1920, height: 1080, framesPerSecond: 25 };
    const colour = { dynamicRange: 'PQ', primaries: 'BT.2020', range: 'limited' } as const;
    const coding = { profile: 'High 4:2:2', level: '4.1', chroma: '4:2:2', bitDepth: 10, scan: 'interlaced' as const };
    expect(formatCoding({ ...video, ...coding, ...colour }, true)).toBe(
      'H.264 High 4:2:2 @ 4.1 · 4:2:2 · 10 bit · interlaced · BT.2020 PQ',
    );
    const plain = { dynamicRange: 'SDR', primaries: 'BT.709', range: 'limited' } as const;
    expect(formatCoding({ ...video, ...coding, ...plain }, true)).toMatch(/ · interlaced · BT\.709$/);
    const unknown = {
      ...{ profile: null, level: null, chroma: null, bitDepth: null, scan: null },
      ...{ dynamicRange: null, primaries: null, range: null },
    };
    expect(formatCoding({ ...video, ...unknown }, false)).toBe('H.264');
    expect(formatCoding({ ...video, ...unknown }, true)).toBe('H.264 · colours not known on AWS: send SDR');
    expect([formatCodec('h264'), formatCodec('HEVC'), formatCodec('vp9x')]).toEqual(['H.264', 'H.265', 'vp9x']);
  });
});

describe('formatMoment', () => {
  const now = new Date(2026, 10, 21, 18, 30).getTime();

  it('shows the date only when it is not today', () => {
    const today = new Date(2026, 10, 21, 9, 5, 7);
    const before = new Date(2026, 10, 19, 9, 5, 7);
    expect(formatMoment(today.toISOString(), now)).toBe(today.toLocaleTimeString());
    expect(formatMoment(before.toISOString(), now)).toMatch(/2026/);
  });
});
