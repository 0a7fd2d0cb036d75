import { describe, expect, it } from 'vitest';
import { createWatcherNames } from './watcher-names.ts';

const request = (remoteAddress: string, forwarded?: string) => ({
  incoming: { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
});

describe('createWatcherNames', () => {
  const behindProxy = createWatcherNames({ isBehindProxy: true });
  const direct = createWatcherNames({ isBehindProxy: false });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['198.51.100.1, 192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2a01:db8:1:2:3:4:5:6', '2a01:db8:1:2::/64'],
  ])('believes a proxy on this machine: %s', (forwarded, name) => {
    expect(behindProxy(request('127.0.0.1', forwarded))).toBe(name);
  });

  it.each(['', 'unknown', '192.0.2.7:80', '192.0.2.7, '])('names the connection when the header is %j', (forwarded) => {
    expect(behindProxy(request('::1', forwarded))).toMatch(/^local user/);
  });

  it('ignores the header of any other connection', () => {
    expect(behindProxy(request('203.0.113.9', '192.0.2.7'))).toBe('203.0.113.9');
    expect(direct(request('127.0.0.1', '192.0.2.7'))).toMatch(/^local user/);
  });

  it('names each connection once', () => {
    const one = request('203.0.113.9');
    expect(direct(one)).toBe('203.0.113.9');
    one.incoming.socket.remoteAddress = '203.0.113.10';
    expect(direct(one)).toBe('203.0.113.9');
  });
});
