import { getAccessToken, insertAccessToken } from '../aws/access-token-table.ts';
import { isConditionFailed } from '../aws/aws-errors.ts';
import { getInvitation, noteInvitationUse } from '../aws/invitation-table.ts';
import type { AccessToken } from '../domain/access-token.ts';
import { AppError } from '../domain/errors.ts';
import {
  invitationDigestOf,
  invitationSecret,
  invitationState,
  personDigestOf,
  type Invitation,
} from '../domain/invitation.ts';
import type { ApiDeps } from './api-deps.ts';

/** Opens and redeems the links of invitations. */

type Deps = Pick<ApiDeps, 'clients' | 'deployment' | 'now' | 'newId'>;

/**
 * Reads the invitation of a link that still works.
 * @returns null for a secret that no invitation has
 * @throws {AppError} `invitation_void` for an invitation that was used or revoked, or has expired
 */
export async function openInvitation(deps: Deps, secret: string): Promise<Invitation | null> {
  if (!invitationSecret.matches(secret)) return null;
  const invitation = await getInvitation(deps, invitationDigestOf(secret));
  if (!invitation) return null;
  const state = invitationState(invitation, deps.now());
  if (state === 'pending') return invitation;
  // A process that ended between the two writes has marked the invitation and given no access.
  const isHalfDone = state === 'used' && (await getAccessToken(deps, personDigestOf(secret))) === null;
  if (isHalfDone && Date.parse(invitation.expiresAt) > deps.now().getTime()) return invitation;
  throw isVoid(invitation, isHalfDone ? 'expired' : state);
}

/**
 * Gives the person of an invitation access, once.
 * @returns the digest of the access token that the session is to name; null for a secret that no invitation has
 * @throws {AppError} as `openInvitation`
 */
export async function redeemInvitation(deps: Deps, secret: string): Promise<string | null> {
  const invitation = await openInvitation(deps, secret);
  if (!invitation) return null;
  const digest = invitationDigestOf(secret);
  // Marked first, so that a revocation that comes later is refused and does not seem to have worked.
  if (invitation.usedAt === null && !(await noteInvitationUse(deps, digest, deps.now()))) {
    const now = await getInvitation(deps, digest);
    if (!now || now.revokedAt !== null) throw isVoid(now ?? invitation, 'revoked');
  }
  const personDigest = personDigestOf(secret);
  if (!(await insertPerson(deps, personDigest, personOf(deps, invitation)))) throw isVoid(invitation, 'used');
  return personDigest;
}

function personOf(deps: Deps, { createdBy, invitationId, name, role }: Invitation): AccessToken {
  return {
    tokenId: deps.newId('tok'),
    kind: 'person',
    invitationId,
    name,
    role,
    scope: { destinationIds: [], showIds: [] },
    createdAt: deps.now().toISOString(),
    createdBy,
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    revokedBy: null,
  };
}

/** Of several browsers that redeem one link, one stores the access. @returns false for the others */
async function insertPerson(deps: Deps, digest: string, person: AccessToken): Promise<boolean> {
  try {
    await insertAccessToken(deps, digest, person);
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
  // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
  return (await getAccessToken(deps, digest))?.tokenId === person.tokenId;
}

const REASONS = {
  used: () => 'this invitation has been used already',
  expired: ({ expiresAt }: Invitation) => `this invitation expired at ${expiresAt}`,
  revoked: ({ revokedBy }: Invitation) => `this invitation was revoked by ${revokedBy ?? 'an administrator'}`,
};

function isVoid(invitation: Invitation, state: keyof typeof REASONS): AppError {
  return new AppError('invitation_void', {
    detail: REASONS[state](invitation),
    remedy: `ask ${invitation.createdBy} for a new invitation`,
  });
}
