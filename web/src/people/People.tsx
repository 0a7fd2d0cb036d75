import { IconUserOff, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { InvitationResource, NewInvitation, PersonResource } from '../../../functions/api/schemas/people.ts';
import { useEndAccess, useInvitations, usePeople, useRevokeInvitation } from '../api/people.ts';
import { useSession } from '../api/session.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatAge, formatMoment } from '../ui/format.ts';
import { InvitationDialog } from './InvitationDialog.tsx';
import { InviteForm } from './InviteForm.tsx';
import classes from './People.module.css';

/** The people of one machine and the invitations to them. For admins. */
export function People() {
  const [invited, setInvited] = useState<NewInvitation | null>(null);
  const people = usePeople().data?.filter(({ state }) => state === 'active') ?? [];
  const pending = useInvitations().data?.filter(({ state }) => state === 'pending') ?? [];
  return (
    <>
      <p className={classes.text}>
        Each person signs in under their own name, which the timeline shows. The token of the first start stays valid.
      </p>
      {people.length > 0 && (
        <ul className={classes.list} aria-label="People">
          {people.map((person) => (
            <Person key={person.tokenId} person={person} />
          ))}
        </ul>
      )}
      <h2>Invite</h2>
      <InviteForm onInvited={setInvited} />
      {pending.length > 0 && (
        <>
          <h2 id="invitations">Invitations</h2>
          <ul className={classes.list} aria-labelledby="invitations">
            {pending.map((invitation) => (
              <Pending key={invitation.invitationId} invitation={invitation} />
            ))}
          </ul>
        </>
      )}
      {invited && <InvitationDialog invitation={invited} onClose={() => setInvited(null)} />}
    </>
  );
}

function Person({ person: { invitedBy, lastSeenAt, name, role, tokenId } }: { person: PersonResource }) {
  const now = useServerNow();
  const end = useEndAccess();
  const isOwn = useSession().data?.principal === name;
  const seen = lastSeenAt === null ? 'never seen' : `seen ${formatAge(now - Date.parse(lastSeenAt))} ago`;
  return (
    <li aria-label={name}>
      <div className={classes.who}>
        <b>{name}</b>
        {isOwn && ' (you)'}
        <span className={classes.quiet}>
          {role} · {seen} · invited by {invitedBy}
        </span>
      </div>
      <ConfirmButton
        label="End access"
        confirmLabel="End access"
        busyLabel="Ending"
        explanation="Signs the person out everywhere"
        ariaLabel={`End access of ${name}`}
        icon={<IconUserOff size={16} aria-hidden="true" />}
        busy={end.isPending}
        onConfirm={() =>
          end.mutate(tokenId, {
            onSuccess: () => showDone(`${name} is signed out`),
            onError: (error) => showProblem(error, `End access of ${name}`),
          })
        }
      />
    </li>
  );
}

function Pending({
  invitation: { createdBy, expiresAt, invitationId, name, role },
}: {
  invitation: InvitationResource;
}) {
  const now = useServerNow();
  const revoke = useRevokeInvitation();
  return (
    <li aria-label={name}>
      <div className={classes.who}>
        <b>{name}</b>
        <span className={classes.quiet}>
          {role} · from {createdBy} · until {formatMoment(expiresAt, now)}
        </span>
      </div>
      <ConfirmButton
        label="Revoke"
        confirmLabel="Revoke"
        busyLabel="Revoking"
        ariaLabel={`Revoke the invitation of ${name}`}
        icon={<IconX size={16} aria-hidden="true" />}
        busy={revoke.isPending}
        onConfirm={() =>
          revoke.mutate(invitationId, {
            onError: (error) => showProblem(error, `Revoke the invitation of ${name}`),
          })
        }
      />
    </li>
  );
}
