import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keepRevoked } from '../../../test/support/api.ts';
import { createTokenAuthentication } from './authentication.ts';

describe('the token', () => {
  const now = () => new Date('2026-11-21T18:00:00Z');
  const revoked = keepRevoked(now);
  const make = (token: string) => createTokenAuthentication({ token, now, revoked });
  const one = make('token-one');
  const two = make('token-two');
  const caller = () => '192.0.2.1';
  const other = () => '192.0.2.2';
  const http = new Request('http://localhost:8080/api/session');
  const cookieHeader = (cookie: string) =>
    new Request(http.url, { headers: { cookie: `a=b; ${cookie.split(';')[0]}; c=d` } });

  it('creates a session that survives a restart and ends with the token', async () => {
    const { cookie } = (await one.createSession!('token-one', http, caller))!;
    const restarted = make('token-one');
    expect(await restarted.authenticate(cookieHeader(cookie), caller)).toEqual({
      id: 'operator',
      via: 'cookie',
      role: 'admin',
      countedAs: expect.stringMatching(/^session [\w-]{22}$/),
    });
    expect(await two.authenticate(cookieHeader(cookie), caller)).toBeNull();
  });

  it('rejects a session of another installation, even under its own cookie name', async () => {
    const mine = (await one.createSession!('token-one', http, caller))!.cookie;
    const theirs = (await two.createSession!('token-two', http, caller))!.cookie;
    const forged = `${mine.split('=')[0]}=${theirs.split(';')[0]!.split('=')[1]}`;
    expect(await one.authenticate(cookieHeader(forged), caller)).toBeNull();
  });

  it('marks the cookie Secure on an https page', async () => {
    expect((await one.createSession!('token-one', http, caller))!.cookie).not.toContain('Secure');
    expect((await one.createSession!('token-one', new Request('https://a.example/'), caller))!.cookie).toContain(
      '; Secure',
    );
  });

  it('ends only the signed-out session, also after a restart', async () => {
    const signIn = async () => (await one.createSession!('token-one', http, caller))!.cookie;
    const [first, second] = [await signIn(), await signIn()];
    one.endSession!(cookieHeader(first));
    for (const authentication of [one, make('token-one')]) {
      expect(await authentication.authenticate(cookieHeader(first), caller)).toBeNull();
      expect(await authentication.authenticate(cookieHeader(second), caller)).not.toBeNull();
    }
  });

  it('stores nothing for a cookie without a session', async () => {
    const kept: object[] = [];
    const watched = createTokenAuthentication({
      token: 'token-one',
      now,
      revoked: { has: () => false, add: (session) => void kept.push(session) },
    });
    const { cookie } = (await one.createSession!('token-one', http, caller))!;
    watched.endSession!(cookieHeader(cookie.replace(/\w(?=;)/, '!')));
    watched.endSession!(new Request(http.url));
    expect(kept).toEqual([]);
  });

  it('accepts and ends a session of an earlier version', async () => {
    const { cookie } = (await one.createSession!('token-one', http, caller))!;
    const [name] = cookie.split('=');
    const expiresAt = String(now().getTime() / 1000 + 60);
    const mac = createHmac('sha256', 'token-one').update(`sluice session ${expiresAt}`).digest('base64url');
    const former = cookieHeader(`${name}=${expiresAt}.${mac}`);
    expect(await one.authenticate(former, caller)).not.toBeNull();
    one.endSession!(former);
    expect(await one.authenticate(former, caller)).toBeNull();
  });

  it('is refused for a while, even when right, after ten wrong tokens from one address', async () => {
    const guessed = make('token-one');
    const { cookie } = (await guessed.createSession!('token-one', http, caller))!;
    for (let guess = 0; guess < 10; guess += 1)
      expect(await guessed.createSession!(`guess-${guess}`, http, caller)).toBeNull();
    await expect(guessed.createSession!('token-one', http, caller)).rejects.toThrow('throttled');
    // Other addresses and signed-in users are not affected.
    expect(await guessed.createSession!('token-one', http, other)).not.toBeNull();
    expect(await guessed.authenticate(cookieHeader(cookie), caller)).not.toBeNull();

    const bearer = (given: string) => new Request(http.url, { headers: { authorization: `Bearer ${given}` } });
    for (let guess = 0; guess < 100; guess += 1)
      expect(await guessed.authenticate(bearer(`guess-${guess}`), caller)).toBeNull();
    await expect(guessed.authenticate(bearer('token-one'), caller)).rejects.toThrow('throttled');
    expect(await guessed.authenticate(bearer('token-one'), other)).not.toBeNull();
  });
});
