import { describe, expect, it } from 'vitest';
import { PRESENT_SECONDS } from '../../domain/presence.ts';
import { keepRevoked, DESTINATION_ID, TOKEN, useTestApi } from '../../../test/support/api.ts';
import { createTokenAuthentication } from '../auth/authentication.ts';

const test = useTestApi();
const ONE = '1'.repeat(32);
const OTHER = '2'.repeat(32);
const editing = { kind: 'destination', id: DESTINATION_ID };
const report = (presenceId: string, body: unknown = { page: '/', editing: null }) =>
  test.call('PUT', `/api/presence/${presenceId}`, { body });
const present = async () => (await test.call('GET', '/api/presence')).body.data;

/** Signs every later request in under another name. */
function signInAs(id: string): void {
  const authentication = createTokenAuthentication({
    token: TOKEN,
    now: () => test.time.now,
    revoked: keepRevoked(() => test.time.now),
  });
  test.rebuild({
    authentication: { ...authentication, authenticate: async () => ({ id, via: 'bearer', role: 'viewer' }) },
  });
}

describe('/api/presence', () => {
  it('204, and lists the tab under the name of the signed-in user', async () => {
    expect((await report(ONE, { page: '/shows', editing })).status).toBe(204);
    expect(await present()).toEqual([{ presenceId: ONE, name: 'operator', page: '/shows', editing }]);
  });

  it('204 for a viewer, because it reports nothing but itself', async () => {
    signInAs('anna@example.com');
    expect((await report(ONE)).status).toBe(204);
    expect(await present()).toMatchObject([{ name: 'anna@example.com' }]);
  });

  it('leaves a tab out when its heartbeats stop, before DynamoDB deletes the item', async () => {
    await report(ONE);
    test.time.now = new Date(test.time.now.getTime() + (PRESENT_SECONDS - 1) * 1000);
    await report(OTHER);
    expect(await present()).toHaveLength(2);
    test.time.now = new Date(test.time.now.getTime() + 1000);
    expect((await present()).map(({ presenceId }: { presenceId: string }) => presenceId)).toEqual([OTHER]);
  });

  it('keeps one entry per tab, with what it edits now', async () => {
    await report(ONE, { page: '/', editing });
    await report(ONE, { page: '/', editing: null });
    expect(await present()).toMatchObject([{ editing: null }]);
  });

  it('204 for a closed tab, which leaves at once', async () => {
    await report(ONE);
    expect((await test.call('DELETE', `/api/presence/${ONE}`)).status).toBe(204);
    expect(await present()).toEqual([]);
    // A repeated message of a closing tab is no error.
    expect((await test.call('DELETE', `/api/presence/${ONE}`)).status).toBe(204);
  });

  it('lets no user report or close the tab of another', async () => {
    await report(ONE, { page: '/', editing });
    signInAs('ben@example.com');
    await report(ONE, { page: '/settings', editing: null });
    await test.call('DELETE', `/api/presence/${ONE}`);
    expect(await present()).toEqual([{ presenceId: ONE, name: 'operator', page: '/', editing }]);
  });

  it('does not log heartbeats, but logs a refused one', async () => {
    await report(ONE);
    expect(test.log.filter((line) => line.includes('"write"'))).toEqual([]);
    await report(ONE, { page: 'https://elsewhere.example', editing: null });
    expect(test.log.filter((line) => line.includes('"write"'))).toHaveLength(1);
  });

  it.each([
    ['page', { page: 'shows', editing: null }],
    ['page', { page: `/${'x'.repeat(100)}`, editing: null }],
    ['page', { page: '/<b>', editing: null }],
    ['editing.id', { page: '/', editing: { kind: 'destination', id: 'x' } }],
    ['editing.kind', { page: '/', editing: { kind: 'flow', id: DESTINATION_ID } }],
    ['editing', { page: '/' }],
    ['name', { page: '/', editing: null, name: 'Ben' }],
  ])('422 names the field %s', async (field, body) => {
    const { status, problem } = await report(ONE, body);
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([422, [field]]);
  });

  it('422 for a query, which these routes do not take', async () => {
    expect((await test.call('GET', '/api/presence?page=/')).status).toBe(422);
    expect((await test.call('DELETE', `/api/presence/${ONE}?name=x`)).status).toBe(422);
  });

  it('404 for an id that no tab has', async () => {
    expect((await report('x')).status).toBe(404);
  });

  it('an unchanged presence leaves the ETag of the snapshot as it is', async () => {
    await report(ONE);
    const { headers, body } = await test.call('GET', '/api/snapshot');
    expect(body.presence).toHaveLength(1);
    await report(ONE);
    const again = await test.call('GET', '/api/snapshot', { headers: { 'if-none-match': headers.get('etag')! } });
    expect(again.status).toBe(304);
  });
});

it('has a test for every documented status', async () => {
  expect(await test.unmetStatuses('/api/presence', '/api/presence/{presenceId}')).toEqual([]);
});
