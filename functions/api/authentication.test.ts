import { describe, expect, it } from 'vitest';
import { createGatewayAuthentication, createTokenAuthentication } from './authentication.ts';

const request = new Request('https://api.example.com/api/destinations', {
  headers: { authorization: 'Bearer forged' },
});
const eventWith = (claims: unknown) => ({ event: { requestContext: { authorizer: { jwt: { claims } } } } });
const claims = { sub: 'user-1', token_use: 'access', 'cognito:groups': '[viewers operators]' };

describe('the gateway’s claims', () => {
  it('name the principal', async () => {
    const everyone = createGatewayAuthentication({ group: null });
    expect(await everyone.authenticate(request, eventWith(claims))).toEqual({ id: 'user-1', via: 'gateway' });
  });

  it.each([
    undefined,
    null,
    {},
    { event: {} },
    { event: { requestContext: { authorizer: null } } },
    { event: { requestContext: { authorizer: { jwt: { claims: 'sub' } } } } },
    { requestContext: { authorizer: { jwt: { claims } } } },
    eventWith({}),
    eventWith({ ...claims, sub: '' }),
    eventWith({ ...claims, sub: 7 }),
    eventWith({ ...claims, token_use: 'id' }),
    eventWith({ sub: 'user-1' }),
    Object.create(eventWith(claims)),
  ])('are nobody when anything is missing or unexpected (%#)', async (bindings) => {
    expect(await createGatewayAuthentication({ group: null }).authenticate(request, bindings)).toBeNull();
  });

  it('let in members of the operators’ group only', async () => {
    const operators = createGatewayAuthentication({ group: 'operators' });
    expect(await operators.authenticate(request, eventWith(claims))).toMatchObject({ id: 'user-1' });
    for (const groups of [undefined, '', '[viewers]', '[operators-of-another]', ['viewers'], { operators: true }]) {
      const other = eventWith({ ...claims, 'cognito:groups': groups });
      await expect(operators.authenticate(request, other)).rejects.toMatchObject({ code: 'forbidden' });
    }
  });

  it('make no sessions', () => {
    expect(createGatewayAuthentication({ group: null }).createSession).toBeUndefined();
  });
});

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
    expect(await restarted.authenticate(cookieHeader(cookie), {})).toEqual({ id: 'operator', via: 'cookie' });
    expect(await two.authenticate(cookieHeader(cookie), {})).toBeNull();
  });

  it('does not let another installation’s session in, even under its own cookie name', async () => {
    const mine = one.createSession!('token-one', http)!.cookie;
    const theirs = two.createSession!('token-two', http)!.cookie;
    const forged = `${mine.split('=')[0]}=${theirs.split(';')[0]!.split('=')[1]}`;
    expect(await one.authenticate(cookieHeader(forged), {})).toBeNull();
  });

  it('makes the cookie secure where the page is', () => {
    expect(one.createSession!('token-one', http)!.cookie).not.toContain('Secure');
    expect(one.createSession!('token-one', new Request('https://a.example/'))!.cookie).toContain('; Secure');
  });
});
