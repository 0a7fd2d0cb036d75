import { describe, expect, it } from 'vitest';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import { makeFlow } from '../../../test/support/make-flow.ts';
import { coverPassphrase, ffmpegLine, presentSource } from './source-presentation.ts';

const flow = makeFlow();

function toneOf(state: FlowStatusResource['source']['state']): string {
  return presentSource({ ...flow, source: { ...flow.source, state } }, []).tone;
}

describe('presentSource', () => {
  it('is green only while an encoder is connected', () => {
    expect([toneOf('connected'), toneOf('waiting'), toneOf('off'), toneOf('failed')]).toEqual([
      'air',
      'waiting',
      'off',
      'attention',
    ]);
  });

  it('is not green while the flow is stopping, even with a connected source', () => {
    expect(presentSource({ ...flow, status: 'STOPPING' }, []).tone).toBe('motion');
  });
});

describe('ffmpegLine', () => {
  it('quotes the address, which contains an ampersand', () => {
    expect(ffmpegLine(flow.ingest.srtUrl)).toContain('"srt://127.0.0.1:9998?a=b&c=d"');
  });
});

describe('coverPassphrase', () => {
  it('covers the passphrase anywhere in a text, but not its placeholder', () => {
    const address = 'srt://127.0.0.1:9998?mode=caller&passphrase=a%20b-C_d&latency=1';
    expect(coverPassphrase(address)).toBe('srt://127.0.0.1:9998?mode=caller&passphrase=••••••••&latency=1');
    expect(coverPassphrase(ffmpegLine('srt://h:1?passphrase=secret'))).toMatch(/"srt:..h:1\?passphrase=••••••••"$/);
    expect(coverPassphrase('srt://h:1?passphrase=<your passphrase>')).toBe('srt://h:1?passphrase=<your passphrase>');
  });
});
