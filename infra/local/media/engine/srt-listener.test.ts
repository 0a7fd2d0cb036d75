import { expect, it } from 'vitest';

import { buildSrtAddress, SRT_LISTENER_ARGUMENTS } from './srt-listener.ts';

const source = { flowArn: 'flow', ingestPort: 9_000, listenHost: '0.0.0.0', latencyMs: 120 };

it('asks for encryption only when there is a passphrase', () => {
  expect(buildSrtAddress(source)).toBe('srt://0.0.0.0:9000?mode=listener&latency=120000&transtype=live');
  expect(buildSrtAddress({ ...source, passphrase: 'a b&c=d+e%f#g' })).toContain(
    '&pbkeylen=16&passphrase=a%20b%26c%3Dd%2Be%25f%23g',
  );
});

it('writes an IPv6 host in brackets', () => {
  expect(buildSrtAddress({ ...source, listenHost: '::' })).toMatch(/^srt:\/\/\[::\]:9000\?/);
});

it('takes the address from standard input', () => {
  expect(SRT_LISTENER_ARGUMENTS.join(' ')).not.toContain('srt://');
  expect(SRT_LISTENER_ARGUMENTS).toContain('hls+pipe:0');
});
