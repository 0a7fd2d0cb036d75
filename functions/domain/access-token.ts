import { createRandomSecret } from './random-secret.ts';

/** Access tokens: named secrets for scripts and devices. */

/** What a token may do. A trigger token starts and stops the destinations and shows that it names, and nothing else. */
export const ACCESS_TOKEN_ROLES = ['viewer', 'operator', 'admin', 'trigger'] as const;
export type AccessTokenRole = (typeof ACCESS_TOKEN_ROLES)[number];

/** What a trigger token may start and stop. */
export interface TriggerScope {
  destinationIds: readonly string[];
  showIds: readonly string[];
}

export interface AccessToken {
  tokenId: string;
  /** Access of an invited person, for which only sessions exist. Absent: a token of a script or device. */
  kind?: 'person';
  /** The invitation that a person accepted. */
  invitationId?: string;
  /** Shown in the timeline as the caller. */
  name: string;
  role: AccessTokenRole;
  /** Empty unless the role is trigger. */
  scope: TriggerScope;
  createdAt: string;
  createdBy: string;
  /** Null: it never expires. */
  expiresAt: string | null;
  /** To the minute. Null: it was never used. */
  lastUsedAt: string | null;
  revokedAt: string | null;
  revokedBy: string | null;
}

export type AccessTokenState = 'active' | 'expired' | 'revoked';

/** Begins every secret. */
export const TOKEN_PREFIX = 'sluice_token_';
export const tokenSecret = createRandomSecret(TOKEN_PREFIX);

/** Returns the state of a token at a time. */
export function accessTokenState({ expiresAt, revokedAt }: AccessToken, now: Date): AccessTokenState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && Date.parse(expiresAt) <= now.getTime() ? 'expired' : 'active';
}
