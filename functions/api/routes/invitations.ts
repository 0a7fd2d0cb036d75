import { createRoute, z } from '@hono/zod-openapi';
import { insertInvitation, listInvitations, revokeInvitation } from '../../aws/invitation-table.ts';
import { AppError, type FieldError } from '../../domain/errors.ts';
import {
  defaultExpiry,
  INVITATION_DAYS_MAX,
  invitationDigestOf,
  invitationSecret,
  invitationState,
  type Invitation,
} from '../../domain/invitation.ts';
import { DAY_MS } from '../../domain/utc-day.ts';
import { inTurn } from '../../workflow/in-turn.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { NAMING, requireFreeName } from '../free-name.ts';
import { invalidFields } from '../http/validation.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  CreateInvitation,
  InvitationId,
  InvitationList,
  NewInvitation,
  type InvitationResource,
} from '../schemas/people.ts';
import { originOf } from './session.ts';

const tags = ['People'];
const path = '/api/invitations';
/** More than a crew has people; a caller in a loop must not fill the table. */
const PENDING_MAX = 50;

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'List invitations',
  request: { query: NoQuery },
  responses: { 200: answers(InvitationList, 'The invitations, oldest first, without their links'), ...problems(503) },
});

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Invite a person',
  description: 'One machine only; a user pool invites by itself. The answer is the only one with the link.',
  request: { query: NoQuery, body: takes(CreateInvitation) },
  responses: {
    201: answers(NewInvitation, 'The invitation with its link'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

const revoke = createRoute({
  method: 'delete',
  path: `${path}/{invitationId}`,
  tags,
  summary: 'Revoke an invitation that was not used',
  description: 'A repeated request changes nothing.',
  request: { params: z.object({ invitationId: InvitationId }), query: NoQuery },
  responses: { 204: { description: 'Its link no longer works' }, ...problems(...WRITE_PROBLEMS, 404, 409, 503) },
});

/** For the typed client. */
export type InvitationsRoutes = typeof list | typeof create | typeof revoke;

/** Invitations, as admins see them. */
export function registerInvitations(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const now = deps.now();
    const data = (await listInvitations(deps)).map((invitation) => present(invitation, now));
    return context.json({ data }, 200);
  });

  api.openapi(create, async (context) => {
    if (!deps.authentication.openSessionOf) throw invitedElsewhere();
    const { name, role, expiresAt } = context.req.valid('json');
    const now = deps.now();
    const errors = expiryErrors(expiresAt, now);
    if (errors.length > 0) throw invalidFields(errors);
    const secret = invitationSecret.create();
    const invitation: Invitation = {
      invitationId: deps.newId('inv'),
      name,
      role,
      createdAt: now.toISOString(),
      createdBy: context.get('principal').id,
      expiresAt: expiresAt === undefined ? defaultExpiry(now) : new Date(expiresAt).toISOString(),
      usedAt: null,
      revokedAt: null,
      revokedBy: null,
    };
    await inTurn(deps, NAMING, async () => {
      await requireFreeName(deps, name);
      await requireRoom(deps);
      await insertInvitation(deps, invitationDigestOf(secret), invitation);
    });
    const { invitationId } = invitation;
    deps.logger.info('invitation created', { requestId: context.get('requestId'), invitationId, role });
    const link = `${originOf(context, deps)}/#invitation=${secret}`;
    return context.json({ ...present(invitation, now), link }, 201);
  });

  api.openapi(revoke, async (context) => {
    const { invitationId } = context.req.valid('param');
    const by = context.get('principal').id;
    const found = await revokeInvitation(deps, invitationId, { by, now: deps.now() });
    if (!found) {
      throw new AppError('not_found', {
        detail: 'there is no invitation with this id',
        remedy: 'GET /api/invitations lists them',
      });
    }
    if (!found.isRevoked && found.before.revokedAt === null) throw usedAlready(found.before);
    deps.logger.info('invitation revoked', { requestId: context.get('requestId'), invitationId });
    return context.body(null, 204);
  });
}

function present(invitation: Invitation, now: Date): InvitationResource {
  return { ...invitation, state: invitationState(invitation, now) };
}

/** The refusal of a deployment whose people are in a user pool. */
export function invitedElsewhere(): AppError {
  return new AppError('not_found', {
    detail: 'this deployment has no invitation links: its people are in a user pool',
    remedy: 'add the person to the user pool and to the group of the role',
  });
}

function expiryErrors(expiresAt: string | undefined, now: Date): FieldError[] {
  if (expiresAt === undefined) return [];
  const aheadMs = Date.parse(expiresAt) - now.getTime();
  if (aheadMs <= 0) return [{ field: 'expiresAt', message: 'has passed: send a later time' }];
  if (aheadMs <= INVITATION_DAYS_MAX * DAY_MS) return [];
  return [{ field: 'expiresAt', message: `must be at most ${INVITATION_DAYS_MAX} days ahead` }];
}

async function requireRoom(deps: ApiDeps): Promise<void> {
  const pending = (await listInvitations(deps)).filter((each) => invitationState(each, deps.now()) === 'pending');
  if (pending.length < PENDING_MAX) return;
  throw new AppError('illegal_transition', {
    detail: `${PENDING_MAX} invitations are waiting, as many as there may be`,
    remedy: 'revoke those that are no longer needed',
  });
}

function usedAlready({ name }: Invitation): AppError {
  return new AppError('illegal_transition', {
    detail: `${name} has used this invitation`,
    remedy: 'end their access instead: GET /api/people lists it',
  });
}
