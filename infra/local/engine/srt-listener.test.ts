import { expect, it } from 'vitest';

import { buildSrtAddress, SRT_LISTENER_ARGUMENTS } from './srt-listener.ts';

it('listens on the loopback interface alone, and asks for encryption only when there is a passphrase', () => {
  const address = 'srt://127.0.0.1:9000?mode=listener&latency=120000&transtype=live';
  expect(buildSrtAddress({ latencyMs: 120 }, 9_000)).toBe(address);
  expect(buildSrtAddress({ latencyMs: 120, passphrase: 'a b&c=d+e%f#g' }, 9_000)).toBe(
    `${address}&pbkeylen=16&passphrase=a%20b%26c%3Dd%2Be%25f%23g`,
  );
});

it('reads the address from standard input', () => {
  expect(SRT_LISTENER_ARGUMENTS.join(' ')).not.toContain('srt://');
  expect(SRT_LISTENER_ARGUMENTS).toContain('hls+pipe:0');
});
