import {
  CognitoIdentityProviderClient,
  ListUsersCommand,
  ListUsersInGroupCommand,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { configOf, type AwsClientOptions } from './client-config.ts';

/** The users of the deployment's Cognito user pool. Only read: Cognito manages them. */

export interface PoolUser {
  /** Cognito's own name of the user, by which commands name them. */
  username: string;
  email: string | null;
  /** Those of the given groups that the user is in. */
  groups: readonly string[];
  /** Cognito's word, such as `CONFIRMED`. */
  status: string;
  isEnabled: boolean;
  createdAt: Date | null;
  changedAt: Date | null;
}

export interface UserPool {
  userPoolId: string;
  /**
   * Lists the users, in Cognito's order.
   * @param groups whose members to read
   * @returns at most `USERS_MAX`; `isComplete` tells whether these are all
   * @throws what Cognito answers
   */
  listUsers(groups: readonly string[]): Promise<{ users: PoolUser[]; isComplete: boolean }>;
}

/** The most that Cognito returns at once. */
const PAGE_USERS = 60;
/** More than one page of the dashboard can show, and few enough requests to answer within seconds. */
export const USERS_MAX = 600;

export const createUserPoolClient = (options: AwsClientOptions) => new CognitoIdentityProviderClient(configOf(options));

/** Creates the reader of one pool. */
export function createUserPool(client: CognitoIdentityProviderClient, userPoolId: string): UserPool {
  const UserPoolId = userPoolId;

  const listAll = () =>
    readPages(async (PaginationToken) => {
      const page = await client.send(new ListUsersCommand({ UserPoolId, Limit: PAGE_USERS, PaginationToken }));
      return { users: page.Users ?? [], next: page.PaginationToken };
    });

  const listGroup = (GroupName: string) =>
    readPages(async (NextToken) => {
      const page = await client.send(
        new ListUsersInGroupCommand({ UserPoolId, GroupName, Limit: PAGE_USERS, NextToken }),
      );
      return { users: page.Users ?? [], next: page.NextToken };
    });

  return {
    userPoolId,
    async listUsers(groups) {
      const [all, ...members] = await Promise.all([listAll(), ...groups.map(listGroup)]);
      const named = members.map(({ users }) => new Set(users.map(({ Username }) => Username)));
      return {
        users: all.users.map((user) =>
          toPoolUser(
            user,
            groups.filter((_, index) => named[index]!.has(user.Username)),
          ),
        ),
        isComplete: [all, ...members].every(({ isComplete }) => isComplete),
      };
    },
  };
}

type ReadPage = (next: string | undefined) => Promise<{ users: UserType[]; next: string | undefined }>;

async function readPages(read: ReadPage): Promise<{ users: UserType[]; isComplete: boolean }> {
  const users: UserType[] = [];
  let next: string | undefined;
  do {
    const page = await read(next);
    users.push(...page.users);
    next = page.next;
  } while (next !== undefined && users.length < USERS_MAX);
  return { users, isComplete: next === undefined };
}

function toPoolUser(user: UserType, groups: string[]): PoolUser {
  const email = user.Attributes?.find(({ Name }) => Name === 'email')?.Value;
  return {
    username: user.Username ?? '',
    email: email ?? null,
    groups,
    status: user.UserStatus ?? 'UNKNOWN',
    isEnabled: user.Enabled ?? true,
    createdAt: user.UserCreateDate ?? null,
    changedAt: user.UserLastModifiedDate ?? null,
  };
}
