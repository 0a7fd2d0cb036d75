import { describe, expect, it } from 'vitest';
import { splitRtmpUrl } from './split-rtmp-url.ts';

describe('splitRtmpUrl', () => {
  it('takes the last segment as the key', () => {
    expect(splitRtmpUrl(' rtmp://live.example.org/app/made-up-key ', null)).toEqual({
      rtmpUrl: 'rtmp://live.example.org/app',
      streamKey: 'made-up-key',
    });
  });

  it('keeps a query, including slashes, with the key', () => {
    expect(splitRtmpUrl('rtmps://h.example:443/rtmp/made-up?s_bl=1&a=x/y', null)).toEqual({
      rtmpUrl: 'rtmps://h.example:443/rtmp',
      streamKey: 'made-up?s_bl=1&a=x/y',
    });
  });

  it('prefers the platform’s default URL over the guess', () => {
    expect(splitRtmpUrl('rtmp://h.example/live/key/with/slashes', 'rtmp://h.example/live/')).toEqual({
      rtmpUrl: 'rtmp://h.example/live',
      streamKey: 'key/with/slashes',
    });
  });

  it.each(['rtmp://h.example/app', 'rtmp://h.example/app/', 'rtmp://h.example', 'https://h.example/a/b', 'hello'])(
    'does not split %s',
    (pasted) => {
      expect(splitRtmpUrl(pasted, null)).toBeNull();
    },
  );

  it('does not split the platform’s default URL', () => {
    expect(splitRtmpUrl('rtmp://h.example/live/app/', 'rtmp://h.example/live/app')).toBeNull();
  });
});
