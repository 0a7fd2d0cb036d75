import { createRoute } from '@hono/zod-openapi';
import { listAccessTokens } from '../../aws/access-token-table.ts';
import type { AccessToken } from '../../domain/access-token.ts';
import type { InvitedRole } from '../../domain/invitation.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems } from '../schemas/openapi-parts.ts';
import { PersonList, type PersonResource } from '../schemas/people.ts';

const list = createRoute({
  method: 'get',
  path: '/api/people',
  tags: ['People'],
  summary: 'List the people who have accepted an invitation',
  description:
    'Without the users of a user pool, see GET /api/user-pool. A person whose access has ended is listed for 30 days.',
  request: { query: NoQuery },
  responses: { 200: answers(PersonList, 'The people, oldest first'), ...problems(503) },
});

/** For the typed client. */
export type PeopleRoutes = typeof list;

/** The people of one machine. */
export function registerPeople(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const people = (await listAccessTokens(deps)).filter(({ kind }) => kind === 'person');
    return context.json({ data: people.map(present) }, 200);
  });
}

function present(person: AccessToken): PersonResource {
  const { createdAt, createdBy, lastUsedAt, name, revokedAt, revokedBy, role, tokenId } = person;
  return {
    tokenId,
    name,
    role: role as InvitedRole,
    state: revokedAt === null ? 'active' : 'ended',
    joinedAt: createdAt,
    invitedBy: createdBy,
    lastSeenAt: lastUsedAt,
    endedAt: revokedAt,
    endedBy: revokedBy,
  };
}
