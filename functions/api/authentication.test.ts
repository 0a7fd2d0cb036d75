import { describe, expect, it } from 'vitest';
import { createTokenAuthentication } from './authentication.ts';

describe('the token', () => {
  const now = () => new Date('2026-11-21T18:00:00Z');
  const one = createTokenAuthentication({ token: 'token-one', now });
  const two = createTokenAuthentication({ token: 'token-two', now });
  const http = new Request('http://localhost:8080/api/session');
  const cookieHeader = (cookie: string) =>
    new Request(http.url, { headers: { cookie: `a=b; ${cookie.split(';')[0]}; c=d` } });

  it('makes a session that outlives a restart and dies with the token', async () => {
    const { cookie } = one.createSession!('token-one', http)!;
    const restarted = createTokenAuthentication({ token: 'token-one', now });
    expect(await restarted.authenticate(cookieHeader(cookie))).toEqual({
      id: 'operator',
      via: 'cookie',
      role: 'admin',
    });
    expect(await two.authenticate(cookieHeader(cookie))).toBeNull();
  });

  it('does not let another installation’s session in, even under its own cookie name', async () => {
    const mine = one.createSession!('token-one', http)!.cookie;
    const theirs = two.createSession!('token-two', http)!.cookie;
    const forged = `${mine.split('=')[0]}=${theirs.split(';')[0]!.split('=')[1]}`;
    expect(await one.authenticate(cookieHeader(forged))).toBeNull();
  });

  it('makes the cookie secure where the page is', () => {
    expect(one.createSession!('token-one', http)!.cookie).not.toContain('Secure');
    expect(one.createSession!('token-one', new Request('https://a.example/'))!.cookie).toContain('; Secure');
  });
});
