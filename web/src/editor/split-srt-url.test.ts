import { describe, expect, it } from 'vitest';
import { escapePassphrase, toSrtUrl } from '../../../functions/domain/srt-address.ts';
import { splitSrtUrl } from './split-srt-url.ts';

describe('splitSrtUrl', () => {
  it('takes stream ID, passphrase and latency, and drops what has no field', () => {
    const pasted =
      ' srt://live.example.org:9000?mode=caller&streamid=#!::r=live/x,m=publish&passphrase=made-up+%26&latency=300&pkt_size=1316 ';
    expect(splitSrtUrl(pasted)).toEqual({
      ...{ rtmpUrl: 'srt://live.example.org:9000', streamId: '#!::r=live/x,m=publish' },
      ...{ passphrase: 'made-up+&', latencyMs: '300' },
    });
  });

  it('reads our own encoder address, whose latency is in microseconds', () => {
    const passphrase = "made up (it's) 100 %";
    const address = { host: '203.0.113.7', port: 9998, latencyMs: 200, passphrase: escapePassphrase(passphrase) };
    expect(splitSrtUrl(toSrtUrl(address))).toEqual({ rtmpUrl: 'srt://203.0.113.7:9998', passphrase, latencyMs: '200' });
  });

  it('keeps a value that is not escaped', () => {
    expect(splitSrtUrl('SRT://h.example:1/?passphrase=100%of-it')).toMatchObject({ passphrase: '100%of-it' });
  });

  it.each(['srt://h.example:9000', 'srt://h.example:9000?', 'srt://h.example:9000?mode=listener', 'rtmp://h/a?b=c'])(
    'does not split %s',
    (pasted) => {
      expect(splitSrtUrl(pasted)).toBeNull();
    },
  );
});
