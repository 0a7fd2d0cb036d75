import { describe, expect, it } from 'vitest';
import { readHealthText } from './health-text.ts';

describe('readHealthText', () => {
  it('keeps the platform’s message and extracts the next attempt', () => {
    const detail =
      'the server refused the stream key (NetStream.Publish.BadName: not accepted.), attempt 2, next attempt at 2026-11-21T03:46:38.201Z';
    expect(readHealthText(detail)).toEqual({
      reason: 'the server refused the stream key (NetStream.Publish.BadName: not accepted)',
      nextAttemptAt: '2026-11-21T03:46:38.201Z',
    });
  });

  it('removes the names of system errors', () => {
    const { reason } = readHealthText('nothing accepts connections at that host and port (ECONNREFUSED), attempt 7');
    expect(reason).toBe('nothing accepts connections at that host and port');
    expect(readHealthText('the certificate was not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)').reason).toBe(
      'the certificate was not accepted',
    );
  });

  it('keeps a plain detail', () => {
    expect(readHealthText('media is arriving')).toEqual({ reason: 'media is arriving', nextAttemptAt: null });
  });
});
