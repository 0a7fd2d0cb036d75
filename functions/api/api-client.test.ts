import { describe, expect, it } from 'vitest';
import { makeBody, MISSING_ID, TOKEN, useTestApi } from '../../test/support/api.ts';
import { createApiClient, type ApiClient, type ServedRoute } from './api-client.ts';
import { ApiProblem } from './api-problem.ts';
import type { RouteName } from './route-roles.ts';

/** Pages and files, which are opened and not called. */
type Opened =
  | 'GET /api/openapi.json'
  | 'GET /api/docs'
  | 'GET /api/docs/init.js'
  | 'GET /api/docs/{asset}'
  | 'GET /api/recordings/{recordingId}/download'
  | 'GET /api/recordings/{recordingId}/media/*'
  | 'GET /out/v1/*';

type Typed = { [Route in ServedRoute as `${Uppercase<Route['method']>} ${Route['path']}`]: never };

/** Compiles while the client has a type for each route that is served. The error names the one that is missing. */
const missing: Record<Exclude<RouteName, keyof Typed | Opened>, never> = {};

const test = useTestApi();

function connect(changes: { fetch?: typeof fetch; token?: string } = {}): ApiClient {
  return createApiClient('http://localhost', {
    fetch: changes.fetch ?? (async (input, init) => test.api.fetch(new Request(input, init))),
    headers: { authorization: `Bearer ${changes.token ?? TOKEN}` },
  });
}

async function problemOf(sent: Promise<unknown>): Promise<ApiProblem['problem']> {
  const error: unknown = await sent.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiProblem)) throw new Error(`no problem, but ${error}`);
  return error.problem;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const answersWith = (body: string, init: ResponseInit) =>
  connect({ fetch: async () => new Response(body, init) }).api.presets.$get();

describe('the typed client', () => {
  it('has a type for every route', () => expect(missing).toEqual({}));

  it('adds, starts, lists and deletes a destination', async () => {
    const destinations = connect().api.destinations;
    const added = await destinations.$post({ json: { ...makeBody(), standby: 'cold' } });
    const { destinationId } = await added.json();
    const param = { destinationId };
    const started = await destinations[':destinationId'].start.$post({ param });
    expect([added.status, started.status]).toEqual([201, 202]);
    const list = await (await destinations.$get({ query: { limit: 5 } })).json();
    expect(list.data.map(({ name, desired }) => [name, desired])).toEqual([[makeBody().name, 'running']]);
    const removed = await destinations[':destinationId'].$delete({ param, query: { force: 'true', stop: 'true' } });
    expect((await removed.json()).desired).toBe('deleted');
  });

  it('does not accept a field that the schema lacks', () => {
    const patch = connect().api.destinations[':destinationId'].$patch;
    // @ts-expect-error nam is not a field.
    const call = () => patch({ param: { destinationId: 'a' }, json: { nam: 1 } });
    expect(call).toBeTypeOf('function');
  });

  it('signs out, with an address to continue at only where there is a user pool', async () => {
    const ended = await connect().api.session.$delete();
    const continueAt: string | null = ended.status === 200 ? (await ended.json()).continueAt : null;
    expect([ended.status, continueAt]).toEqual([204, null]);
  });

  it('throws a problem with its code and remedy', async () => {
    const param = { destinationId: MISSING_ID };
    const problem = await problemOf(connect().api.destinations[':destinationId'].$get({ param }));
    expect(problem).toMatchObject({ status: 404, code: 'not_found', detail: `no destination ${MISSING_ID}` });
    expect(problem.remedy).toContain('GET /api/destinations');
    expect((await problemOf(connect({ token: 'wrong' }).api.presets.$get())).signIn).toEqual({ kind: 'token' });
  });

  it('returns the health of a service that is not well', async () => {
    test.mediaConnect.failure = new Error('down');
    const health = await connect().api.health.$get();
    expect([health.status, (await health.json()).status]).toEqual([503, 'degraded']);
  });

  it('throws a problem for a page of a proxy, an answer that is not ours and an unreachable server', async () => {
    const page = await problemOf(
      answersWith('<h1>Bad gateway</h1>', { status: 502, headers: { 'x-request-id': 'r1' } }),
    );
    expect(page).toMatchObject({ status: 502, code: 'unreadable_answer', requestId: 'r1' });
    const foreign = answersWith('{"error":1}', {
      status: 404,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect((await problemOf(foreign)).code).toBe('unreadable_answer');
    const gateway = answersWith('{"message":"Forbidden"}', { status: 403, headers: JSON_TYPE });
    expect((await problemOf(gateway)).code).toBe('unreadable_answer');
    const offline = connect({ fetch: () => Promise.reject(new TypeError('fetch failed')) }).api.presets.$get();
    expect((await problemOf(offline)).code).toBe('unreachable');
  });

  it('passes on that its caller has ended a request', async () => {
    const client = connect({ fetch: (_, init) => Promise.reject(init?.signal?.reason) });
    const sent = client.api.presets.$get({}, { init: { signal: AbortSignal.abort(new Error('enough')) } });
    await expect(sent).rejects.toThrow('enough');
  });
});
