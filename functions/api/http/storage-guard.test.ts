import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApi } from '../../../test/support/api.ts';

const FAILURE = {
  since: new Date('2026-12-01T10:00:00Z'),
  reason: 'the disk is full',
  remedy: 'free some space on the disk of the data directory',
};
/** Routes that store nothing. */
const TAKEN = /^\/api\/(session|session\/refresh|estimates|export|rehearsal)$/;

let test: Awaited<ReturnType<typeof startTestApi>>;
beforeAll(async () => void (test = await startTestApi()));
afterAll(() => test.close());
beforeEach(() => test.reset());
afterEach(() => void delete test.deps.storageFailure);

describe('while the disk refuses writes', () => {
  it('every change is refused with reason and remedy, and nothing is written', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    const changes = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods)
        .map((method) => method.toUpperCase())
        .filter((method) => method !== 'GET' && !TAKEN.test(path))
        .map((method) => [method, path.replaceAll(/\{\w+\}/g, 'x')] as const),
    );
    expect(changes.length).toBeGreaterThan(12);
    test.deps.storageFailure = () => FAILURE;
    for (const [method, path] of changes) {
      const { status, problem, headers } = await test.call(method, path, { body: {} });
      expect(status, `${method} ${path}`).toBe(503);
      expect(problem).toMatchObject({
        code: 'store_unavailable',
        detail: 'changes cannot be saved: the disk is full',
        remedy: 'free some space on the disk of the data directory; then send the change again',
      });
      expect(headers.get('retry-after')).toBe('5');
    }
  });

  it('reading and signing in still work', async () => {
    test.deps.storageFailure = () => FAILURE;
    expect((await test.call('GET', '/api/destinations')).status).toBe(200);
    const signIn = await test.call('POST', '/api/session', { body: { token: 'wrong' }, signedIn: false });
    expect(signIn.status).toBe(401);
  });

  it('GET /api/health returns 503 at once, without waiting for the cached checks', async () => {
    const health = () => test.call('GET', '/api/health', { signedIn: false });
    test.deps.storageFailure = () => null;
    expect((await health()).body.checks).toContainEqual({ name: 'store', ok: true, detail: 'writable' });
    test.deps.storageFailure = () => FAILURE;
    const { status, body } = await health();
    expect(status).toBe(503);
    expect(body.status).toBe('degraded');
    expect(body.checks).toContainEqual({
      name: 'store',
      ok: false,
      detail:
        'changes are refused since 2026-12-01T10:00:00.000Z, because the disk is full: free some space on the disk of the data directory',
    });
  });
});
