import { createRandomSecret, digestOf } from './random-secret.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * Invitations: links with which an admin of one machine gives a person access. A link works once: it creates an access
 * token of the kind `person`, which has no secret that could be sent. Only the session of the browser that opened the
 * link names it.
 */

/** Roles that a person may have. */
export const INVITED_ROLES = ['viewer', 'operator', 'admin'] as const;
export type InvitedRole = (typeof INVITED_ROLES)[number];

export interface Invitation {
  invitationId: string;
  /** Name of the person, shown in the timeline. */
  name: string;
  role: InvitedRole;
  createdAt: string;
  createdBy: string;
  /** When the link stops working. */
  expiresAt: string;
  usedAt: string | null;
  revokedAt: string | null;
  revokedBy: string | null;
}

export type InvitationState = 'pending' | 'used' | 'expired' | 'revoked';

export const INVITATION_DAYS_DEFAULT = 7;
/** Less than an ended access token is kept, so that a used link stays used. */
export const INVITATION_DAYS_MAX = 14;

export const invitationSecret = createRandomSecret('sluice_invitation_');

/** Returns the digest under which an invitation is stored: 43 characters. */
export function invitationDigestOf(secret: string): string {
  return digestOf(`invitation ${secret}`);
}

/**
 * Returns the digest under which the access of the invited person is stored. It follows from the secret, so however
 * often and wherever a link is redeemed, at most one access can be created. It is no digest of a token, so no secret
 * signs in with it.
 */
export function personDigestOf(secret: string): string {
  return digestOf(`person ${secret}`);
}

/** Returns when the link of an invitation stops working if its creator does not say. */
export function defaultExpiry(now: Date): string {
  return new Date(now.getTime() + INVITATION_DAYS_DEFAULT * DAY_MS).toISOString();
}

/** Returns the state of an invitation at a time. */
export function invitationState(
  { expiresAt, revokedAt, usedAt }: Pick<Invitation, 'expiresAt' | 'revokedAt' | 'usedAt'>,
  now: Date,
): InvitationState {
  if (usedAt !== null) return 'used';
  if (revokedAt !== null) return 'revoked';
  return Date.parse(expiresAt) <= now.getTime() ? 'expired' : 'pending';
}
