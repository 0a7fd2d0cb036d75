import { z } from '@hono/zod-openapi';
import { INVITATION_DAYS_DEFAULT, INVITATION_DAYS_MAX, INVITED_ROLES } from '../../domain/invitation.ts';
import { TokenName } from './access-tokens.ts';
import { timestamp } from './parts.ts';

/** The people with access, and the invitations to them. */

const Role = z.enum(INVITED_ROLES);
const Name = TokenName.openapi({ description: 'Shown in the timeline for what the person does', example: 'Anna' });

export const InvitationId = z
  .string()
  .regex(/^inv_[0-7][0-9a-hj-np-tv-z]{25}$/, 'not the id of an invitation')
  .openapi({ param: { name: 'invitationId', in: 'path' }, example: 'inv_01k8m3v0s5n2q8w4x6y7z9a1bc' });

export const CreateInvitation = z
  .strictObject({
    name: Name,
    role: Role,
    expiresAt: z.iso
      .datetime({ offset: true, error: 'must be a time with a zone, such as 2026-12-06T12:00:00Z' })
      .optional()
      .openapi({
        description: `When the link stops working. Default: in ${INVITATION_DAYS_DEFAULT} days; at most ${INVITATION_DAYS_MAX}`,
      }),
  })
  .openapi('CreateInvitation');
export type CreateInvitation = z.input<typeof CreateInvitation>;

export const InvitationResource = z
  .object({
    invitationId: z.string(),
    name: z.string(),
    role: Role,
    state: z.enum(['pending', 'used', 'expired', 'revoked']),
    createdAt: timestamp,
    createdBy: z.string(),
    expiresAt: timestamp,
    usedAt: timestamp.nullable(),
    revokedAt: timestamp.nullable(),
    revokedBy: z.string().nullable(),
  })
  .openapi('Invitation');
export type InvitationResource = z.infer<typeof InvitationResource>;

export const NewInvitation = InvitationResource.extend({
  link: z.string().openapi({
    description: 'Give it to the person. Shown only now. Works once. The secret is after the #, so it reaches no log',
    example: 'http://localhost:8080/#invitation=sluice_invitation_…',
  }),
}).openapi('NewInvitation');
export type NewInvitation = z.infer<typeof NewInvitation>;

export const InvitationList = z.object({ data: z.array(InvitationResource) }).openapi('InvitationList');
export type InvitationList = z.infer<typeof InvitationList>;

/** What the holder of a link sends. In the body, because addresses end in logs. */
export const InvitationSecret = z
  .strictObject({
    invitation: z.string().min(1).max(512).openapi({ description: 'What is after #invitation= in the link' }),
  })
  .openapi('InvitationSecret');
export type InvitationSecret = z.infer<typeof InvitationSecret>;

export const InvitationPreview = z
  .object({ name: z.string(), role: Role, createdBy: z.string(), expiresAt: timestamp })
  .openapi('InvitationPreview');
export type InvitationPreview = z.infer<typeof InvitationPreview>;

export const PersonResource = z
  .object({
    tokenId: z.string().openapi({ description: 'DELETE /api/access-tokens/{tokenId} ends the access' }),
    name: z.string(),
    role: Role,
    state: z.enum(['active', 'ended']),
    joinedAt: timestamp,
    invitedBy: z.string(),
    lastSeenAt: timestamp.nullable().openapi({ description: 'To the minute' }),
    endedAt: timestamp.nullable(),
    endedBy: z.string().nullable(),
  })
  .openapi('Person');
export type PersonResource = z.infer<typeof PersonResource>;

export const PersonList = z.object({ data: z.array(PersonResource) }).openapi('PersonList');
export type PersonList = z.infer<typeof PersonList>;
