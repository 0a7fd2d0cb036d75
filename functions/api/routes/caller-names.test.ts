import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';

/** The names of tokens, people and pending invitations: one list, in which each name is once. */

const test = useTestApi();
const DAY_MS = 86_400_000;

const invite = (name: string) => test.call('POST', '/api/invitations', { body: { name, role: 'operator' } });
const createToken = (name: string, expiresAt: string | null = null) =>
  test.call('POST', '/api/access-tokens', { body: { name, role: 'viewer', expiresAt } });
const MAKERS = [
  ['a token', createToken],
  ['an invitation', invite],
] as const;
const redeem = (link: string) => {
  const invitation = new URL(link).hash.replace('#invitation=', '');
  return test.call('POST', '/api/invitations/redeem', { signedIn: false, body: { invitation } });
};
const pass = (ms: number) => void (test.time.now = new Date(test.time.now.getTime() + ms));
async function names(): Promise<string[]> {
  const paths = ['/api/access-tokens', '/api/invitations', '/api/people'];
  const lists = await Promise.all(paths.map(async (path) => (await test.call('GET', path)).body.data));
  return lists.flat().map(({ name }: { name: string }) => name);
}

describe.each(MAKERS)('%s', (_kind, make) => {
  it('409 duplicate_name for the name of a pending invitation, which can be revoked', async () => {
    const { body } = await invite('Anna');
    const { problem, status } = await make('ANNA');
    expect([status, problem.code, problem.detail, problem.remedy]).toEqual([
      409,
      'duplicate_name',
      '"ANNA" is the name of a pending invitation',
      'choose another name, or revoke the invitation',
    ]);
    expect(problem.errors).toEqual([
      { field: 'name', message: 'is the name of a pending invitation: choose another name, or revoke the invitation' },
    ]);
    await test.call('DELETE', `/api/invitations/${body.invitationId}`);
    expect((await make('ANNA')).status).toBe(201);
  });

  it('409 duplicate_name for the name of an active token, which can be revoked', async () => {
    const { body } = await createToken('Deck');
    const { problem, status } = await make('deck');
    expect([status, problem.code, problem.detail, problem.remedy]).toEqual([
      409,
      'duplicate_name',
      '"deck" is the name of an access token',
      'choose another name, or revoke the token',
    ]);
    await test.call('DELETE', `/api/access-tokens/${body.tokenId}`);
    expect((await make('deck')).status).toBe(201);
  });

  it('409 duplicate_name for the name of a person until their access ends', async () => {
    const { body } = await invite('Anna');
    expect((await redeem(body.link)).status).toBe(200);
    const { problem, status } = await make('Anna');
    expect([status, problem.code, problem.detail, problem.remedy]).toEqual([
      409,
      'duplicate_name',
      '"Anna" is the name of a person who has access',
      'choose another name, or end their access',
    ]);
    const [{ tokenId }] = (await test.call('GET', '/api/people')).body.data;
    await test.call('DELETE', `/api/access-tokens/${tokenId}`);
    expect((await make('Anna')).status).toBe(201);
  });

  it('201 for the name of a token and of an invitation that have expired', async () => {
    await createToken('Deck', new Date(test.time.now.getTime() + DAY_MS).toISOString());
    await invite('Anna');
    pass(7 * DAY_MS);
    expect((await make('Deck')).status).toBe(201);
    expect((await make('Anna')).status).toBe(201);
  });

  it('409 duplicate_name while a redemption that broke off can be repeated', async () => {
    const { body } = await invite('Anna');
    const { table } = test.deps.clients;
    const send = async (command: object) => {
      if (command.constructor.name === 'PutCommand') throw new Error('the process ends here');
      return table.send(command as never);
    };
    test.rebuild({ clients: { ...test.deps.clients, table: { send } as never } });
    expect((await redeem(body.link)).status).toBe(500);
    test.rebuild({});
    expect((await make('Anna')).problem.detail).toContain('pending invitation');
    pass(7 * DAY_MS);
    expect((await make('Anna')).status).toBe(201);
  });

  it('409 duplicate_name for a name that only looks different in its code points', async () => {
    await createToken('Ren\u00e9');
    expect((await make('Rene\u0301')).problem.code).toBe('duplicate_name');
  });
});

describe('of requests at the same time that give one name', () => {
  it.each([
    ['a token and an invitation', [createToken, invite]],
    ['two tokens', [createToken, createToken]],
    ['two invitations', [invite, invite]],
  ])('one wins: %s', async (_what, makers) => {
    test.delayWrites(20, { sleep });
    const answers = await Promise.all(makers.map((make) => make('Anna')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)!.problem.code).toBe('duplicate_name');
    expect(await names()).toEqual(['Anna']);
  });

  it('the person wins whose invitation is redeemed meanwhile', async () => {
    const { body } = await invite('Anna');
    test.delayWrites(20, { sleep });
    const [redeemed, ...made] = await Promise.all([redeem(body.link), createToken('Anna'), invite('Anna')]);
    expect([redeemed.status, ...made.map(({ problem }) => problem.code)]).toEqual([
      200,
      'duplicate_name',
      'duplicate_name',
    ]);
  });

  it('both win with different names', async () => {
    test.delayWrites(20, { sleep });
    const answers = await Promise.all([createToken('Deck'), invite('Anna')]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
});
