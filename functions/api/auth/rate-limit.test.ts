import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, NOW, TOKEN, useTestApi } from '../../../test/support/api.ts';
import type { Principal } from './principal.ts';
import { createRateLimit } from './rate-limit.ts';

const test = useTestApi();

async function createToken(name: string, role: string, more: object = {}): Promise<string> {
  const { body } = await test.call('POST', '/api/access-tokens', { body: { name, role, ...more } });
  return body.token;
}
const read = (headers: Record<string, string>, path = '/api/presets') =>
  test.call('GET', path, { signedIn: false, headers });

describe('the rate limit', () => {
  it('tells each token how much is left, and refuses only the one that sends too much', async () => {
    await test.put(makeRecord());
    const scope = { destinationIds: [DESTINATION_ID] };
    const [one, other] = [await createToken('one', 'trigger', scope), await createToken('other', 'trigger', scope)];
    const stop = (token: string) =>
      test.call('POST', `/api/destinations/${DESTINATION_ID}/stop`, { signedIn: false, ...bearer(token) });
    const first = await stop(one);
    expect([first.status, first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
      200,
      '"trigger";q=120;w=60',
      '"trigger";r=119;t=60',
    ]);
    test.time.now = new Date(NOW.getTime() + 10_000);
    // Refused requests count as well.
    for (let sent = 1; sent < 120; sent += 1) expect((await read(bearer(one).headers)).status).toBe(403);
    const refused = await stop(one);
    expect([refused.status, refused.problem.code, refused.headers.get('retry-after')]).toEqual([
      429,
      'throttled',
      '50',
    ]);
    expect(refused.headers.get('ratelimit')).toBe('"trigger";r=0;t=50');
    expect((await stop(other)).status).toBe(200);
    test.time.now = new Date(NOW.getTime() + 60_000);
    expect((await stop(one)).headers.get('ratelimit')).toBe('"trigger";r=119;t=60');
  });

  it('counts a snapshot as one request, and the preview not at all', async () => {
    const token = await createToken('one', 'viewer');
    const left = async (path: string) =>
      (await read({ authorization: `Bearer ${token}` }, path)).headers.get('ratelimit');
    expect(await left('/api/snapshot')).toBe('"token";r=2999;t=60');
    test.rebuild({ hlsProxy: async () => new Response('x') });
    expect(await left('/out/v1/x.m3u8')).toBeNull();
  });

  it('counts each browser on its own, and not the first token', async () => {
    const signIn = async () =>
      (await test.call('POST', '/api/session', { signedIn: false, body: { token: TOKEN } })).headers.get('set-cookie')!;
    const left = async (cookie: string) => (await read({ cookie: cookie.split(';')[0]! })).headers.get('ratelimit');
    const [one, other] = [await signIn(), await signIn()];
    expect([await left(one), await left(one), await left(other)]).toEqual([
      '"browser";r=5999;t=60',
      '"browser";r=5998;t=60',
      '"browser";r=5999;t=60',
    ]);
    expect((await test.call('GET', '/api/presets')).headers.get('ratelimit')).toBeNull();
  });
});

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

it('a limit forgets callers, and a clock that is set back begins a new minute', () => {
  const time = { ms: 1_000_000 };
  const limit = createRateLimit(() => new Date(time.ms));
  const caller = (id: string): Principal => ({ id, via: 'bearer', role: 'viewer' });
  for (let sent = 0; sent < 3_001; sent += 1) limit.count(caller('loud'));
  expect(limit.count(caller('loud'))).toMatchObject({ isExceeded: true });
  time.ms -= 3_600_000;
  expect(limit.count(caller('loud'))).toMatchObject({ isExceeded: false, remaining: 2_999 });
  for (let other = 0; other < 10_000; other += 1) limit.count(caller(`other ${other}`));
  expect(limit.count(caller('loud'))).toMatchObject({ remaining: 2_999 });
});

it('an address that the caller claims does not change whose wrong tokens are counted', async () => {
  const asGuesser = (guess: number) =>
    test.call('POST', '/api/session', {
      signedIn: false,
      body: { token: guess % 2 === 0 ? `guess-${guess}` : `sluice_token_${String(guess).padStart(43, 'x')}` },
      headers: {
        'x-forwarded-for': `192.0.2.${guess}`,
        forwarded: `for=192.0.2.${guess}`,
        'x-real-ip': `192.0.2.${guess}`,
      },
    });
  test.rebuild({ nameCaller: () => '203.0.113.9' });
  for (let guess = 0; guess < 10; guess += 1) expect((await asGuesser(guess)).status).toBe(401);
  const token = await createToken('right', 'viewer');
  const right = await test.call('POST', '/api/session', { signedIn: false, body: { token } });
  expect([(await asGuesser(10)).status, right.status]).toEqual([429, 429]);
});
