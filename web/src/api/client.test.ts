import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { api, asHeartbeat, bodyOf, endedBy, pictureIfAny, sending, taggedBodyOf, within } from './client.ts';
import { problemOf } from './request.ts';
import { settledWrites } from './writes.ts';

const param = { destinationId: 'dst_1' };
const destination = api.destinations[':destinationId'];
const notFound = () => Response.json({ status: 404, code: 'not_found', detail: 'no' }, { status: 404 });

let sent: { path: string; init: RequestInit }[] = [];
let answer: () => Response | Promise<Response>;
beforeEach(() => {
  sent = [];
  answer = () => Response.json({});
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    sent.push({ path, init });
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

const newest = () => {
  const { path, init } = sent.at(-1)!;
  return { path, method: init.method, body: init.body, headers: Object.fromEntries(new Headers(init.headers)) };
};

describe('a call', () => {
  it('reads without a body, past every cache', async () => {
    await destination.timeline.$get({ param });
    expect(newest()).toEqual({
      ...{ path: '/api/destinations/dst_1/timeline', method: 'GET', body: undefined },
      headers: { accept: 'application/json' },
    });
    expect(sent[0]!.init).toMatchObject({ credentials: 'same-origin', cache: 'no-store' });
  });

  it('sends its fields as JSON, with the version that it may overwrite', async () => {
    const query = { apply: 'now' as const };
    await destination.$patch({ param, query, header: { 'If-Match': '"3"' }, json: { name: 'Å' } });
    expect(newest()).toEqual({
      ...{ path: '/api/destinations/dst_1?apply=now', method: 'PATCH', body: '{"name":"Å"}' },
      headers: { accept: 'application/json', 'content-type': 'application/json', 'if-match': '"3"' },
    });
  });

  it('sends an empty object where the route takes no fields', async () => {
    await destination.start.$post({ param });
    await destination.$delete({ param, query: {} });
    expect(sent.map(({ path, init }) => [path, init.body])).toEqual([
      ['/api/destinations/dst_1/start', '{}'],
      ['/api/destinations/dst_1', '{}'],
    ]);
  });

  it('sends a picture with its own type', async () => {
    const picture = new Blob(['x'], { type: 'image/png' });
    await api['slate-image'].$put({}, sending(picture));
    expect(newest()).toMatchObject({ body: picture, headers: { 'content-type': 'image/png' } });
  });

  it('counts as a write, unless it only reads or is a heartbeat', async () => {
    const before = settledWrites();
    await destination.$get({ param });
    await api.presence[':presenceId'].$put(
      { param: { presenceId: 'a' }, json: { page: '/', editing: null } },
      asHeartbeat(),
    );
    expect(settledWrites()).toBe(before);
    await destination.start.$post({ param });
    expect(settledWrites()).not.toBe(before);
  });

  it('throws the problem of the API, and one of its own when the server does not answer', async () => {
    answer = () => Response.json({ status: 412, code: 'changed', detail: 'no' }, { status: 412 });
    const refused = await destination.$get({ param }).then(null, problemOf);
    expect(refused).toMatchObject({ status: 412, code: 'changed' });
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await destination.$get({ param }).then(null, problemOf)).toMatchObject({ status: 0, code: 'unreachable' });
    answer = () => new Response(null, { status: 304 });
    expect(await destination.$get({ param }).then(null, problemOf)).toMatchObject({ code: 'unreadable_answer' });
  });

  it('ends with its caller, which is no problem of the server', async () => {
    const caller = new AbortController();
    answer = () =>
      new Promise((_, reject) => sent[0]!.init.signal!.addEventListener('abort', () => reject(caller.signal.reason)));
    const error = destination.$get({ param }, endedBy(caller.signal)).then(null, (thrown: unknown) => thrown);
    await expect.poll(() => sent).toHaveLength(1);
    caller.abort(new Error('the page has closed'));
    expect(await error).toBe(caller.signal.reason);
  });

  it('counts as unanswered after its time', async () => {
    answer = () =>
      new Promise((_, reject) => {
        const { signal } = sent[0]!.init;
        signal!.addEventListener('abort', () => reject(signal!.reason));
      });
    const error = await destination.start.$post({ param }, within(20)).then(null, problemOf);
    expect(error).toMatchObject({ code: 'unreachable' });
  });
});

describe('an answer', () => {
  it('is read as JSON, with its ETag where a change needs it', async () => {
    answer = () => Response.json({ name: 'Å' }, { headers: { etag: '"3"' } });
    expect(await bodyOf(destination.$get({ param }))).toEqual({ name: 'Å' });
    expect(await taggedBodyOf(destination.$get({ param }))).toEqual({ body: { name: 'Å' }, etag: '"3"' });
  });

  it('has its status where there is no body', async () => {
    answer = () => new Response(null, { status: 304, headers: { etag: 'W/"1"' } });
    const unchanged = await api.snapshot.$get({}, { headers: { 'if-none-match': 'W/"1"' } });
    expect([unchanged.status, newest().headers['if-none-match']]).toEqual([304, 'W/"1"']);
    answer = () => new Response(null, { status: 204 });
    expect((await destination['stream-key'].$put({ param, json: { streamKey: 'k' } })).status).toBe(204);
  });
});

describe('a picture', () => {
  const read = () => pictureIfAny(api.mediaconnect.flow.thumbnail.$get());

  it('is returned byte for byte with its time', async () => {
    const headers = { 'content-type': 'image/jpeg', 'last-modified': 'Sat, 21 Nov 2026 12:04:31 GMT' };
    answer = () => new Response(new Uint8Array([0xff, 0xd8, 0xff]), { headers });
    const picture = await read();
    expect([picture?.image.type, picture?.takenAt]).toEqual(['image/jpeg', 'Sat, 21 Nov 2026 12:04:31 GMT']);
    expect(await picture?.image.bytes()).toEqual(new Uint8Array([0xff, 0xd8, 0xff]));
  });

  it('is null when there is none, and fails with any other problem', async () => {
    answer = notFound;
    expect(await read()).toBeNull();
    answer = () => Response.json({ status: 503, code: 'x', detail: 'y' }, { status: 503 });
    expect(await read().then(null, problemOf)).toMatchObject({ status: 503 });
  });
});
