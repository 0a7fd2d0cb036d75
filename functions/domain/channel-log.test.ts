import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toChannelLogLine } from './channel-log.ts';

const timestampMs = Date.UTC(2030, 0, 1);
const shown = (message: string, ...keysLast4: string[]) =>
  toChannelLogLine({ timestampMs, message, ingest: null }, keysLast4.length === 0 ? ['9f2c'] : keysLast4);
const json = (severity: string, message: string) => JSON.stringify({ encoder_pipeline: 0, severity, message });

describe('toChannelLogLine', () => {
  test('parses MediaLive’s JSON', () => {
    expect(shown(json('W', 'Connection lost'))).toEqual({
      at: '2030-01-01T00:00:00.000Z',
      severity: 'warning',
      message: 'Connection lost',
      ingest: null,
    });
    expect(shown(json('E', 'x')).severity).toBe('error');
    expect(shown(json('V', 'x')).severity).toBe('info');
  });

  test.each(['plain text', '[1, 2]', '{"message": 3}', '{"severity":"E"}', 'null', ''])('keeps text %s', (message) => {
    expect(shown(message)).toMatchObject({ severity: 'info', message });
  });

  test('shows only the host of an address', () => {
    const message = 'push to rtmps://live.example:443/app/abcd-1234?auth=zz failed; "RTMP://h/k" too';
    expect(shown(json('E', message)).message).toBe(
      'push to rtmps://live.example:443/[redacted] failed; "RTMP://h/[redacted]" too',
    );
  });

  test('cuts the message to a readable length', () => {
    expect(shown('x'.repeat(5000)).message).toHaveLength(1000);
  });

  test('never shows the stream key, wherever it is', () => {
    const key = fc.stringMatching(/^[\w-]{8,40}$/);
    const around = fc.constantFrom('', ' ', '"', "'", '(', ')', ': ', '. ', '/', 'StreamName=', 'rtmp://host/app/');
    fc.assert(
      fc.property(key, around, around, (streamKey, before, after) => {
        const line = shown(json('I', `stream ${before}${streamKey}${after} ended`), streamKey.slice(-4));
        expect(line.message).not.toContain(streamKey);
      }),
    );
  });

  test('shows neither key of a destination with one for each ingest', () => {
    const { message } = shown(json('I', 'abcd-main-1234 failed, abcd-backup-5678 continues'), '1234', '5678');
    expect(message).toBe('[redacted] failed, [redacted] continues');
  });

  test('keeps the words of a destination without a stream key', () => {
    const line = { timestampMs, message: json('I', 'stream abcd-main-1234'), ingest: 'backup' } as const;
    expect(toChannelLogLine(line, [])).toMatchObject({ message: 'stream abcd-main-1234', ingest: 'backup' });
  });
});
