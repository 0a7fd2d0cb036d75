import { describe, expect, it } from 'vitest';
import { channelLogFileName, channelLogText } from './channel-log-text.ts';

const NOW_MS = Date.parse('2026-11-21T18:04:05.678Z');

describe('a channel log as text', () => {
  it('has one line per entry with time, severity and message', () => {
    const text = channelLogText([
      { at: '2026-11-21T18:00:00.000Z', severity: 'info', message: 'channel started', ingest: null },
      { at: '2026-11-21T18:00:01.500Z', severity: 'warning', message: 'output reconnects', ingest: 'backup' },
    ]);
    expect(text).toBe(
      '2026-11-21T18:00:00.000Z INFO    channel started\n2026-11-21T18:00:01.500Z WARNING Backup ingest: output reconnects\n',
    );
  });

  it.each([
    ['Main YouTube', 'main-youtube-log-2026-11-21T18-04-05Z.txt'],
    ['  ../etc: "x" ', 'etc-x-log-2026-11-21T18-04-05Z.txt'],
    ['Übertragung 2', 'übertragung-2-log-2026-11-21T18-04-05Z.txt'],
    ['***', 'destination-log-2026-11-21T18-04-05Z.txt'],
  ])('of %j is saved as %j', (name, file) => {
    expect(channelLogFileName(name, NOW_MS)).toBe(file);
  });
});
