import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { AccessTokenResource, NewAccessToken } from '../../../functions/api/schemas/access-tokens.ts';
import { useAccessTokens, useRevokeAccessToken } from '../api/access-tokens.ts';
import { problemOf } from '../api/request.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatAge, formatMoment } from '../ui/format.ts';
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
        <ul className={classes.list} aria-label="Access tokens">
          {tokens.map((token) => (
            <Token key={token.tokenId} token={token} />
          ))}
        </ul>
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
    <li aria-label={name}>
      <div className={classes.who}>
        <b>{name}</b>
        <span className={classes.quiet}>
          {role} · {used} · {endOf(token, now)}
        </span>
        {named !== '' && <span className={classes.quiet}>Starts and stops {named}</span>}
      </div>
      {state === 'active' && (
        <ConfirmButton
          label="Revoke"
          confirmLabel="Revoke"
          busyLabel="Revoking"
          explanation="Refuses its requests at once, and signs its browsers out"
          ariaLabel={`Revoke the access token ${name}`}
          icon={<IconX size={16} aria-hidden="true" />}
          busy={revoke.isPending}
          onConfirm={() =>
            revoke.mutate(tokenId, {
              onSuccess: () => showDone(`${name} is revoked`),
              onError: (error) => showProblem(error, `Revoke the access token ${name}`),
            })
          }
        />
      )}
    </li>
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
