import { describe, expect, it } from 'vitest';
import type { RecordingResource, RecordingSettingsResource } from '../../../functions/api/schemas/recordings.ts';
import { formatSize, measureWords, problemWords, spaceWarningWords, spaceWords } from './recording-text.ts';

const NOW = Date.parse('2026-12-01T18:01:05Z');
const running = {
  startedAt: '2026-12-01T18:00:00Z',
  endedAt: null,
  durationSeconds: null,
  sizeBytes: null,
  failure: null,
  endReason: null,
} as RecordingResource;

describe('the words of a recording', () => {
  it('count its length while it runs, and name the measured one once it is ready', () => {
    expect(measureWords(running, NOW)).toBe('1:05');
    expect(measureWords({ ...running, endedAt: '2026-12-01T18:00:30Z' }, NOW)).toBe('0:30');
    expect(measureWords({ ...running, durationSeconds: 3725, sizeBytes: 12_400_000 }, NOW)).toBe('1:02:05 · 12.4 MB');
  });

  it('say why it failed or ended early, and what to do', () => {
    expect(problemWords(running)).toBeNull();
    expect(problemWords({ ...running, endReason: 'operator' })).toBeNull();
    expect(problemWords({ ...running, endReason: 'disk_full' })).toContain('Free some space');
    const failure = { code: 'no_media', detail: 'nothing was packaged', remedy: 'check the preview' } as const;
    expect(problemWords({ ...running, endReason: 'operator', failure })).toBe(
      'Nothing was packaged. Check the preview.',
    );
  });

  it.each([
    [0, '0 KB'],
    [999_499, '999 KB'],
    [999_500, '1.0 MB'],
    [1_300_000_000, '1.3 GB'],
  ])('format %i bytes as %s', (bytes, expected) => expect(formatSize(bytes)).toBe(expected));

  it('name the space that is used, allowed and free', () => {
    const settings: RecordingSettingsResource = {
      mode: 'manual',
      keepDays: 30,
      limitBytes: null,
      space: { usedBytes: 2_000_000, freeBytes: null, warning: null },
    };
    expect(spaceWords(settings, false)).toBe('2.0 MB used');
    expect(spaceWords(settings, true)).toContain('price unknown');
    const space = { usedBytes: 2_000_000, freeBytes: 5e9, warning: 'disk_low' } as const;
    expect(spaceWords({ ...settings, limitBytes: 1e9, space }, false)).toBe(
      '2.0 MB used of 1.0 GB · 5.0 GB free on the disk',
    );
    expect(spaceWarningWords(settings.space)).toBeNull();
    expect(spaceWarningWords(space)).toContain('the show continues');
  });
});
