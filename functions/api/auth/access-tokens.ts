import { getAccessToken, noteAccessTokenUse } from '../../aws/access-token-table.ts';
import type { TableDeps } from '../../aws/clients.ts';
import { accessTokenState, tokenSecret, type AccessToken } from '../../domain/access-token.ts';
import { AppError, errorName } from '../../domain/errors.ts';
import { digestOf } from '../../domain/random-secret.ts';
import type { Logger } from '../../workflow/workflow-deps.ts';
import type { Principal } from './principal.ts';

/** A token that is valid now. */
export interface TokenHolder {
  /** By which a session names the token: the digest of its secret. */
  digest: string;
  token: AccessToken;
}

/** Finds who holds an access token. */
export interface AccessTokens {
  /**
   * Returns the holder of a secret; null for an unknown one.
   * @throws {AppError} `unauthenticated` with the reason for a token that has expired or was revoked
   */
  find(secret: string): Promise<TokenHolder | null>;
  /** The same for a session, by the digest that it names. */
  resume(digest: string): Promise<TokenHolder | null>;
}

interface AccessTokensOptions extends TableDeps {
  now: () => Date;
  logger: Logger;
}

const USE_NOTED_EVERY_MS = 60_000;

/** Creates the finder. It reads the table for every request, so that a revoked token ends at once in every process. */
export function createAccessTokens({ now, logger, ...table }: AccessTokensOptions): AccessTokens {
  async function resume(digest: string): Promise<TokenHolder | null> {
    const token = await getAccessToken(table, digest);
    if (!token) return null;
    requireActive(token, now());
    await noteUse(digest, token);
    return { digest, token };
  }

  /** A request must not fail because its time cannot be noted. */
  async function noteUse(digest: string, { lastUsedAt, tokenId }: AccessToken): Promise<void> {
    const at = now();
    if (lastUsedAt !== null && at.getTime() - Date.parse(lastUsedAt) < USE_NOTED_EVERY_MS) return;
    try {
      await noteAccessTokenUse(table, digest, at.toISOString());
    } catch (error) {
      logger.warn('the use of an access token could not be noted', { tokenId, error: errorName(error) });
    }
  }

  return { resume, find: async (secret) => (tokenSecret.matches(secret) ? resume(digestOf(secret)) : null) };
}

/** Returns the caller that a token stands for. */
export function principalOf({ token }: TokenHolder, via: Principal['via']): Principal {
  const { kind, name, role, scope, tokenId } = token;
  const roleFrom = kind === 'person' ? ('invitation' as const) : ('token' as const);
  const caller = { id: name, via, countedAs: `token ${tokenId}`, roleFrom };
  return role === 'trigger' ? { ...caller, role: null, triggers: scope } : { ...caller, role };
}

function requireActive(token: AccessToken, now: Date): void {
  const state = accessTokenState(token, now);
  if (state === 'active') return;
  const when = state === 'expired' ? `expired at ${token.expiresAt}` : `was revoked at ${token.revokedAt}`;
  if (token.kind === 'person') throw accessEnded(token);
  throw new AppError('unauthenticated', {
    detail: `the access token "${token.name}" ${when}`,
    remedy: 'ask an administrator for a new token',
  });
}

function accessEnded({ name, revokedBy }: AccessToken): AppError {
  return new AppError('unauthenticated', {
    detail: `the access of ${name} was ended by ${revokedBy ?? 'an administrator'}`,
    remedy: 'ask an administrator for a new invitation',
  });
}
