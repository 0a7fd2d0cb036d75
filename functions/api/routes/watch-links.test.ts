import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';
import { makeShow, SHOW_ID } from '../../../test/support/make-show.ts';
import { insertShow } from '../../aws/show-table.ts';

const test = useTestApi();
const PATH = `/api/shows/${SHOW_ID}/watch-links`;
const MISSING_LINK = `${PATH}/wli_01k8m3v0s5n2q8w4x6y7z9a1zz`;
const DAY_MS = 86_400_000;

const create = (body: object = {}) => test.call('POST', PATH, { body: { name: 'Board', ...body } });

beforeEach(async () => {
  test.rebuild({ audience: { originFor: (host) => `http://${host}:8081`, problem: () => null } });
  await insertShow(test.deps, makeShow({ privacy: 'private' }));
});

describe('POST /api/shows/{showId}/watch-links', () => {
  it('201 with a link that is in no log and no list', async () => {
    const { status, body } = await create();
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Board', state: 'valid', showId: SHOW_ID, createdBy: 'operator' });
    expect(Date.parse(body.expiresAt) - test.time.now.getTime()).toBe(30 * DAY_MS);
    const { port, pathname, searchParams } = new URL(body.link);
    expect(port).toBe('8081');
    expect(pathname).toBe(`/watch/sunday-service-${SHOW_ID.slice(4)}`);
    const secret = searchParams.get('key')!;
    expect(secret).toMatch(/^sluice_watch_[\w-]{43}$/);
    expect(test.log.join('\n')).not.toContain(secret);
    expect((await test.call('GET', PATH)).text).not.toContain(secret);
  });

  it.each([
    ['name', { name: '' }],
    ['expiresAt', { expiresAt: '2026-12-01' }],
    ['expiresAt', { expiresAt: '2026-11-01T00:00:00Z' }],
    ['expiresAt', { expiresAt: '2028-01-01T00:00:00Z' }],
    ['key', { key: 'x' }],
  ])('422 names the field %s of %j', async (field, body) => {
    const { status, problem } = await create(body);
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([422, [field]]);
  });

  it('404 for an unknown show', async () => {
    const path = PATH.replace(SHOW_ID, 'shw_01k8m3v0s5n2q8w4x6y7z9a1zz');
    expect((await test.call('POST', path, { body: { name: 'x' } })).status).toBe(404);
  });

  it('409 while the public pages are off', async () => {
    test.rebuild({});
    const { status, problem } = await create();
    expect([status, problem.code]).toEqual([409, 'illegal_transition']);
    expect((await test.call('GET', PATH)).body).toEqual({ watchUrl: null, data: [] });
  });

  it('409 above a hundred valid links', async () => {
    for (let count = 0; count < 100; count += 1) expect((await create()).status).toBe(201);
    expect((await create()).status).toBe(409);
  });
});

describe('GET /api/shows/{showId}/watch-links', () => {
  it('200 lists the links with their states, oldest first, and names the watch page', async () => {
    await create({ expiresAt: new Date(test.time.now.getTime() + 60_000).toISOString() });
    const { body: second } = await create({ name: 'Press' });
    await test.call('DELETE', `${PATH}/${second.linkId}`);
    test.time.now = new Date(test.time.now.getTime() + 60_000);
    const { status, body } = await test.call('GET', PATH);
    expect(status).toBe(200);
    expect(body.watchUrl).toMatch(/^http:\/\/[^:]+:8081\/watch\//);
    expect(new URL(body.watchUrl).pathname).toBe(`/watch/sunday-service-${SHOW_ID.slice(4)}`);
    expect(body.data).toMatchObject([
      { name: 'Board', state: 'expired' },
      { name: 'Press', state: 'revoked', revokedBy: 'operator' },
    ]);
  });

  it('404 for an unknown show', async () => {
    expect((await test.call('GET', PATH.replace(SHOW_ID, 'shw_01k8m3v0s5n2q8w4x6y7z9a1zz'))).status).toBe(404);
  });
});

describe('DELETE /api/shows/{showId}/watch-links/{linkId}', () => {
  it('204 also when it is repeated, and the first revocation stays', async () => {
    const { body } = await create();
    const path = `${PATH}/${body.linkId}`;
    expect((await test.call('DELETE', path)).status).toBe(204);
    const revokedAt = test.time.now.toISOString();
    test.time.now = new Date(test.time.now.getTime() + 60_000);
    expect((await test.call('DELETE', path)).status).toBe(204);
    expect((await test.call('GET', PATH)).body.data).toMatchObject([{ state: 'revoked', revokedAt }]);
  });

  it('404 for an unknown link', async () => {
    expect((await test.call('DELETE', MISSING_LINK)).status).toBe(404);
  });
});
