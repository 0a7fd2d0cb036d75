import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '../../../functions/api/api-problem.ts';
import { sendRenewing, wayToSignIn } from './request.ts';

const REDIRECT = { kind: 'redirect', url: '/api/session/sign-in' };
const refused = (signIn: object) =>
  Response.json({ status: 401, code: 'unauthenticated', detail: 'signed out', signIn }, { status: 401 });

let asked: string[] = [];
let answer: (path: string, count: number) => Response;
beforeEach(() => {
  asked = [];
  vi.stubGlobal('fetch', async (path: string, { method }: RequestInit) => {
    asked.push(`${method} ${path}`);
    return answer(path, asked.filter((each) => each === `${method} ${path}`).length);
  });
});
afterEach(() => vi.unstubAllGlobals());

describe('an expired session', () => {
  it('is renewed once for concurrent requests, which are then sent again', async () => {
    answer = (path, count) => {
      if (path === '/api/session/refresh') return new Response(null, { status: 204 });
      return count > 1 ? Response.json({ path }) : refused(REDIRECT);
    };
    const answers = await Promise.all([sendRenewing('/api/a'), sendRenewing('/api/b', { method: 'POST' })]);
    expect(answers.map(({ content }) => JSON.parse(new TextDecoder().decode(content)))).toEqual([
      { path: '/api/a' },
      { path: '/api/b' },
    ]);
    expect(asked.filter((each) => each === 'POST /api/session/refresh')).toHaveLength(1);
    expect(asked.filter((each) => each === 'POST /api/b')).toHaveLength(2);
  });

  it('returns the 401 to the caller when it cannot be renewed', async () => {
    answer = () => refused(REDIRECT);
    await expect(sendRenewing('/api/a')).rejects.toMatchObject({ problem: { status: 401 } });
    expect(asked).toEqual(['GET /api/a', 'POST /api/session/refresh']);
    expect(wayToSignIn()).toEqual(REDIRECT);
  });

  it('does not end when the user pool does not answer', async () => {
    answer = (path) =>
      path === '/api/a' ? refused(REDIRECT) : Response.json({ status: 503, code: 'x', detail: 'y' }, { status: 503 });
    await expect(sendRenewing('/api/a')).rejects.toMatchObject({ problem: { status: 503 } });
  });

  it('is not renewed where a token creates it', async () => {
    answer = () => refused({ kind: 'token' });
    await expect(sendRenewing('/api/a')).rejects.toThrow(ApiProblem);
    expect(asked).toEqual(['GET /api/a']);
    expect(wayToSignIn()).toEqual({ kind: 'token' });
  });

  it('is not renewed after other errors', async () => {
    answer = () => Response.json({ status: 403, code: 'forbidden', detail: 'no' }, { status: 403 });
    await expect(sendRenewing('/api/a')).rejects.toMatchObject({ problem: { code: 'forbidden' } });
    expect(asked).toEqual(['GET /api/a']);
  });
});
