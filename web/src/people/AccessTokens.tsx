import { useState } from 'react';
import type { AccessTokenResource, NewAccessToken } from '../../../functions/api/schemas/access-tokens.ts';
import { useAccessTokens, useRevokeAccessToken } from '../api/access-tokens.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatAge, formatMoment } from '../ui/format.ts';
import { AccessEntry, AccessList, RevokeButton } from './AccessList.tsx';
import { AccessTokenDialog } from './AccessTokenDialog.tsx';
import { AccessTokenForm } from './AccessTokenForm.tsx';
import classes from './People.module.css';
import { namesOf, useNameable } from './token-scope.ts';

/** The access tokens of scripts and devices. For admins. */
export function AccessTokens() {
  const [created, setCreated] = useState<NewAccessToken | null>(null);
  const { data: tokens, error } = useAccessTokens();
  const problem = problemOf(error);
  return (
    <>
      <p className={classes.text}>
        Give each script and device its own token. The timeline shows its name, and you can revoke it alone.
      </p>
      {tokens?.length === 0 && <p className={classes.text}>There are no access tokens yet.</p>}
      {!tokens && problem && <ProblemPanel problem={problem} />}
      {tokens && tokens.length > 0 && (
        <AccessList aria-label="Access tokens">
          {tokens.map((token) => (
            <Token key={token.tokenId} token={token} />
          ))}
        </AccessList>
      )}
      <AccessTokenForm onCreated={setCreated} />
      {created && <AccessTokenDialog created={created} onClose={() => setCreated(null)} />}
    </>
  );
}

function Token({ token }: { token: AccessTokenResource }) {
  const { lastUsedAt, name, role, state, tokenId } = token;
  const now = useServerNow();
  const nameable = useNameable();
  const revoke = useRevokeAccessToken();
  const named = [
    ...namesOf(token.destinationIds, nameable.destinations),
    ...namesOf(token.showIds, nameable.shows),
  ].join(', ');
  const used = lastUsedAt === null ? 'never used' : `used ${formatAge(now - Date.parse(lastUsedAt))} ago`;
  return (
    <AccessEntry
      name={name}
      facts={[`${role} · ${used} · ${endOf(token, now)}`, ...(named === '' ? [] : [`Starts and stops ${named}`])]}
    >
      {state === 'active' && (
        <RevokeButton
          id={tokenId}
          what={`the access token ${name}`}
          explanation="Refuses its requests at once, and signs its browsers out"
          done={`${name} is revoked`}
          revoke={revoke}
        />
      )}
    </AccessEntry>
  );
}

/** Returns the state of a token with its time. */
function endOf({ expiresAt, revokedAt, revokedBy, state }: AccessTokenResource, now: number): string {
  if (state === 'revoked') {
    return `revoked${revokedAt ? ` ${formatMoment(revokedAt, now)}` : ''}${revokedBy ? ` by ${revokedBy}` : ''}`;
  }
  if (expiresAt === null) return 'active, never expires';
  const at = formatMoment(expiresAt, now);
  return state === 'expired' ? `expired ${at}` : `active until ${at}`;
}
