import { describe, expect, it } from 'vitest';
import { parseRtmpTarget } from './rtmp-target.ts';

describe('an RTMP target', () => {
  it.each([
    [
      'rtmp://a.example/live2',
      { secure: false, host: 'a.example', port: 1935, app: 'live2', tcUrl: 'rtmp://a.example/live2' },
    ],
    [
      'rtmps://a.example/app',
      { secure: true, host: 'a.example', port: 443, app: 'app', tcUrl: 'rtmps://a.example/app' },
    ],
    ['rtmps://a.example:8443/app/', { secure: true, host: 'a.example', port: 8443, app: 'app' }],
    ['rtmp://a.example/one/two?backup=1', { app: 'one/two?backup=1', tcUrl: 'rtmp://a.example/one/two?backup=1' }],
    ['rtmp://[::1]:1936/app', { host: '::1', port: 1936, tcUrl: 'rtmp://[::1]:1936/app' }],
    ['rtmp://user:word@a.example/app', { host: 'a.example', tcUrl: 'rtmp://a.example/app' }],
  ])('is read from %s', (url, expected) => {
    expect(parseRtmpTarget(url)).toMatchObject(expected);
  });

  it.each(['http://a.example/secret', 'rtmp:///secret', 'secret', 'rtmp:secret', ''])(
    'is not %j, and the error does not repeat it',
    (url) => {
      expect(() => parseRtmpTarget(url)).toThrow(/^(?!.*secret)/);
    },
  );
});
