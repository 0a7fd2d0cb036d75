import {
  CognitoIdentityProviderClient,
  ListUsersCommand,
  ListUsersInGroupCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';
import { createUserPool, USERS_MAX } from '../../aws/user-pool.ts';

const test = useTestApi();
const POOL = 'eu-central-1_Ab12Cd34';
const client = new CognitoIdentityProviderClient({ region: 'eu-central-1' });
const cognito = mockClient(client);

const user = (name: string, changes: Partial<UserType> = {}): UserType => ({
  Username: `id-of-${name}`,
  Attributes: [
    { Name: 'sub', Value: `id-of-${name}` },
    { Name: 'email', Value: `${name}@example.com` },
  ],
  Enabled: true,
  UserStatus: 'CONFIRMED',
  UserCreateDate: new Date('2026-11-01T10:00:00Z'),
  UserLastModifiedDate: new Date('2026-11-20T10:00:00Z'),
  ...changes,
});

const get = (query = '') => test.call('GET', `/api/user-pool${query}`);

beforeEach(() => {
  cognito.reset();
  cognito.on(ListUsersCommand).resolves({ Users: [user('zoe'), user('anna')] });
  cognito.on(ListUsersInGroupCommand).resolves({ Users: [] });
  const scripts = [{ clientId: 'client-of-scripts', role: 'operator' as const }];
  test.rebuild({ userPool: { ...createUserPool(client, POOL), scripts }, embedded: false });
});

describe('GET /api/user-pool', () => {
  it('200 lists users by name with the role of their strongest group, and the clients of scripts', async () => {
    for (const group of ['viewer', 'admin']) {
      cognito.on(ListUsersInGroupCommand, { UserPoolId: POOL, GroupName: group }).resolves({ Users: [user('anna')] });
    }
    const { body, status } = await get();
    expect([status, body]).toEqual([
      200,
      {
        userPoolId: POOL,
        region: 'eu-central-1',
        consoleUrl: `https://eu-central-1.console.aws.amazon.com/cognito/v2/idp/user-pools/${POOL}/user-management/users?region=eu-central-1`,
        users: [
          {
            username: 'id-of-anna',
            email: 'anna@example.com',
            role: 'admin',
            groups: ['viewer', 'admin'],
            status: 'CONFIRMED',
            isEnabled: true,
            createdAt: '2026-11-01T10:00:00.000Z',
            changedAt: '2026-11-20T10:00:00.000Z',
          },
          expect.objectContaining({ email: 'zoe@example.com', role: null, groups: [] }),
        ],
        isComplete: true,
        scripts: [{ clientId: 'client-of-scripts', role: 'operator', scope: 'sluice/operator' }],
      },
    ]);
  });

  it('200 for a user without an address, and one that is disabled', async () => {
    cognito.on(ListUsersCommand).resolves({
      Users: [user('x', { Attributes: [], Enabled: false, UserStatus: 'FORCE_CHANGE_PASSWORD' })],
    });
    expect((await get()).body.users).toMatchObject([
      { username: 'id-of-x', email: null, isEnabled: false, status: 'FORCE_CHANGE_PASSWORD' },
    ]);
  });

  it('200 reads every page of users and of groups', async () => {
    cognito
      .on(ListUsersCommand)
      .callsFake(({ PaginationToken: token }) =>
        token === 'page-2' ? { Users: [user('zoe')] } : { Users: [user('anna')], PaginationToken: 'page-2' },
      );
    cognito
      .on(ListUsersInGroupCommand, { GroupName: 'viewer' })
      .callsFake(({ NextToken: token }) =>
        token === 'page-2' ? { Users: [user('zoe')] } : { Users: [user('anna')], NextToken: 'page-2' },
      );
    const { users, isComplete } = (await get()).body;
    expect(users.map(({ email, role }: Record<string, unknown>) => [email, role])).toEqual([
      ['anna@example.com', 'viewer'],
      ['zoe@example.com', 'viewer'],
    ]);
    expect(isComplete).toBe(true);
  });

  it('200 stops at a limit, and says that there are more', async () => {
    let page = 0;
    cognito.on(ListUsersCommand).callsFake(() => {
      page += 1;
      return { Users: Array.from({ length: 60 }, (_, index) => user(`${page}-${index}`)), PaginationToken: 'more' };
    });
    const { users, isComplete } = (await get()).body;
    expect([users.length, isComplete, page]).toEqual([USERS_MAX, false, USERS_MAX / 60]);
  });

  it.each([
    ['TooManyRequestsException', 'Cognito does not answer: TooManyRequestsException'],
    ['AccessDeniedException', 'Cognito refuses to list the users: AccessDeniedException'],
    ['TimeoutError', 'Cognito does not answer: TimeoutError'],
  ])('503 when Cognito answers %s', async (name, detail) => {
    cognito.on(ListUsersInGroupCommand).rejects(Object.assign(new Error('secret of the message'), { name }));
    const answer = await get();
    expect([answer.status, answer.problem.detail]).toEqual([503, detail]);
    expect(answer.text).not.toContain('secret');
  });

  it('422 for a parameter, and 404 on one machine', async () => {
    expect((await get('?x=1')).status).toBe(422);
    test.rebuild({});
    expect((await get()).status).toBe(404);
  });

  it('has a case for every status it documents', async () => {
    await get();
    await get('?x=1');
    expect(await test.unmetStatuses('/api/user-pool')).toEqual([]);
  });

  it('has no console to link to in other partitions', async () => {
    test.rebuild({ userPool: { ...createUserPool(client, 'us-gov-west-1_Ab12Cd34'), scripts: [] } });
    expect((await get()).body).toMatchObject({ region: 'us-gov-west-1', consoleUrl: null, scripts: [] });
  });
});
