import { listAccessTokens } from '../aws/access-token-table.ts';
import type { TableDeps } from '../aws/clients.ts';
import { listInvitations } from '../aws/invitation-table.ts';
import { accessTokenState, type AccessToken } from '../domain/access-token.ts';
import { AppError } from '../domain/errors.ts';
import { invitationState, type Invitation } from '../domain/invitation.ts';
import type { Turn } from '../workflow/in-turn.ts';
import { shownValue } from './http/quote-value.ts';

/** A name stands for one person or device in the timeline, so tokens, people and pending invitations share one list. */

/** Every request that gives a name waits for this turn, so the second of two requests sees what the first one wrote. */
export const NAMING: Turn = { name: 'access-names', doing: 'creating tokens or invitations' };

type Holder = 'invitation' | 'person' | 'token';

const HOLDERS: Record<Holder, { is: string; remedy: string }> = {
  invitation: { is: 'the name of a pending invitation', remedy: 'choose another name, or revoke the invitation' },
  person: { is: 'the name of a person who has access', remedy: 'choose another name, or end their access' },
  token: { is: 'the name of an access token', remedy: 'choose another name, or revoke the token' },
};

/**
 * Refuses the name of an active access token, a person or a pending invitation, whatever its case. Call it in the turn
 * `NAMING`, and write the name in the same turn.
 * @throws {AppError} `duplicate_name`
 */
export async function requireFreeName(deps: TableDeps & { now: () => Date }, name: string): Promise<void> {
  const [tokens, invitations] = await Promise.all([listAccessTokens(deps), listInvitations(deps)]);
  const holder = holderOf(name, { tokens, invitations }, deps.now());
  if (!holder) return;
  const { is, remedy } = HOLDERS[holder];
  throw new AppError('duplicate_name', {
    detail: `${shownValue(name)} is ${is}`,
    remedy,
    errors: [{ field: 'name', message: `is ${is}: ${remedy}` }],
  });
}

function holderOf(
  name: string,
  { invitations, tokens }: { tokens: readonly AccessToken[]; invitations: readonly Invitation[] },
  now: Date,
): Holder | null {
  const token = tokens.find((each) => isSameName(each.name, name) && accessTokenState(each, now) === 'active');
  if (token) return token.kind === 'person' ? 'person' : 'token';
  const hasPerson = new Set(tokens.map(({ invitationId }) => invitationId));
  const isWaiting = (invitation: Invitation): boolean => {
    const state = invitationState(invitation, now);
    if (state === 'pending') return true;
    // A redemption is under way, or broke off: then the link works again until it expires.
    const isHalfDone = state === 'used' && !hasPerson.has(invitation.invitationId);
    return isHalfDone && Date.parse(invitation.expiresAt) > now.getTime();
  };
  return invitations.some((each) => isSameName(each.name, name) && isWaiting(each)) ? 'invitation' : null;
}

/** Two spellings of one name, such as é as one character or as two, look the same in the timeline. */
function isSameName(one: string, other: string): boolean {
  return one.normalize('NFKC').toLowerCase() === other.normalize('NFKC').toLowerCase();
}
