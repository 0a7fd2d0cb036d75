import { describe, expect, it } from 'vitest';
import { resolveEncoding } from '../../presets/index.ts';
import { followSource } from './followed-source.ts';

const source = (platform: string) => resolveEncoding(platform, 'source')!;
const measured = { width: 1920, height: 1080, bitrateBps: 4_000_000 };

describe('a channel that follows its source', () => {
  it('gets the source’s size, and a tenth above its bitrate instead of the platform’s maximum', () => {
    expect(followSource(source('custom'), measured, {})).toEqual({
      size: { width: 1920, height: 1080 },
      videoBitrateBps: 4_400_000,
    });
  });

  it('never exceeds the platform’s caps', () => {
    const uhd = { width: 3840, height: 2160, bitrateBps: 30_000_000 };
    expect(followSource(source('linkedin'), uhd, {})).toEqual({
      size: { width: 1920, height: 1080 },
      videoBitrateBps: 6_000_000,
    });
  });

  it('keeps its bitrate while the measurement flickers, and follows a real change', () => {
    const set = followSource(source('custom'), measured, {});
    expect(followSource(source('custom'), { ...measured, bitrateBps: 4_300_000 }, set).videoBitrateBps).toBe(4_400_000);
    expect(followSource(source('custom'), { ...measured, bitrateBps: 6_000_000 }, set).videoBitrateBps).toBe(6_600_000);
  });

  it('keeps its settings while nothing is measured, and starts far below any maximum', () => {
    const unknown = { width: null, height: null, bitrateBps: null };
    const set = followSource(source('custom'), measured, {});
    expect(followSource(source('custom'), unknown, set)).toEqual(set);
    expect(followSource(source('youtube'), unknown, {})).toEqual({
      size: null,
      videoBitrateBps: 6_000_000,
    });
  });

  it('gets an even size', () => {
    expect(followSource(source('custom'), { ...measured, width: 853, height: 479 }, {}).size).toEqual({
      width: 854,
      height: 480,
    });
  });
});
