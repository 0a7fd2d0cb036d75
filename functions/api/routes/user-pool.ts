import { createRoute } from '@hono/zod-openapi';
import { awsErrorKind } from '../../aws/aws-errors.ts';
import type { PoolUser } from '../../aws/user-pool.ts';
import { AppError, errorName } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { ROLES, scopeOf, strongestRole } from '../auth/roles.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { UserPoolResource, type PoolUserResource } from '../schemas/user-pool.ts';

const get = createRoute({
  method: 'get',
  path: '/api/user-pool',
  tags: ['People'],
  summary: 'List the users of the user pool and the clients of scripts',
  description: 'On AWS. They are managed in Cognito: the groups viewer, operator and admin are the roles.',
  request: { query: NoQuery },
  responses: { 200: answers(UserPoolResource, 'The users and clients'), ...problems(503) },
});

/** For the typed client. */
export type UserPoolRoutes = typeof get;

/** The people of a deployment on AWS. */
export function registerUserPool(api: Api, pool: NonNullable<ApiDeps['userPool']>): void {
  const { scripts, userPoolId } = pool;
  const [region = ''] = userPoolId.split('_');

  api.openapi(get, async (context) => {
    const { isComplete, users } = await pool.listUsers(ROLES).catch(explain);
    const named = users.map(present).toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
    return context.json(
      {
        userPoolId,
        region,
        consoleUrl: consoleUrlOf(region, userPoolId),
        users: named,
        isComplete,
        scripts: scripts.map(({ clientId, role }) => ({ clientId, role, scope: scopeOf(role) })),
      },
      200,
    );
  });
}

const nameOf = ({ email, username }: PoolUserResource): string => email ?? username;

function present({ changedAt, createdAt, groups, ...user }: PoolUser): PoolUserResource {
  return {
    ...user,
    groups: [...groups],
    role: strongestRole(groups),
    createdAt: createdAt?.toISOString() ?? null,
    changedAt: changedAt?.toISOString() ?? null,
  };
}

/** The console of other partitions has other addresses. */
function consoleUrlOf(region: string, userPoolId: string): string | null {
  if (/^(cn|us-gov|us-iso\w*|eu-isoe|eusc)-/.test(region)) return null;
  return `https://${region}.console.aws.amazon.com/cognito/v2/idp/user-pools/${userPoolId}/user-management/users?region=${region}`;
}

function explain(error: unknown): never {
  const isDenied = awsErrorKind(error) === 'denied';
  throw new AppError('upstream_unavailable', {
    detail: `Cognito ${isDenied ? 'refuses to list the users' : 'does not answer'}: ${errorName(error)}`,
    remedy: isDenied ? 'deploy the stacks again, which gives the API the permission' : 'try again in a moment',
    cause: error,
    ...(isDenied ? {} : { retryAfterSeconds: 5 }),
  });
}
