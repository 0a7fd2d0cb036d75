import { IconUserOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { InvitationResource, NewInvitation, PersonResource } from '../../../functions/api/schemas/people.ts';
import { useEndAccess, useInvitations, usePeople, useRevokeInvitation } from '../api/people.ts';
import { useSession } from '../api/session.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatAge, formatMoment } from '../ui/format.ts';
import { AccessEntry, AccessList, RevokeButton } from './AccessList.tsx';
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
        <AccessList aria-label="People">
          {people.map((person) => (
            <Person key={person.tokenId} person={person} />
          ))}
        </AccessList>
      )}
      <h2>Invite</h2>
      <InviteForm onInvited={setInvited} />
      {pending.length > 0 && (
        <>
          <h2 id="invitations">Invitations</h2>
          <AccessList aria-labelledby="invitations">
            {pending.map((invitation) => (
              <Pending key={invitation.invitationId} invitation={invitation} />
            ))}
          </AccessList>
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
    <AccessEntry name={name} {...(isOwn && { mark: '(you)' })} facts={[`${role} · ${seen} · invited by ${invitedBy}`]}>
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
    </AccessEntry>
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
    <AccessEntry name={name} facts={[`${role} · from ${createdBy} · until ${formatMoment(expiresAt, now)}`]}>
      <RevokeButton
        id={invitationId}
        what={`the invitation of ${name}`}
        explanation="Its link no longer works"
        done={`The invitation of ${name} is revoked`}
        revoke={revoke}
      />
    </AccessEntry>
  );
}
