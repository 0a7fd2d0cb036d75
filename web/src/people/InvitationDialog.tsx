import type { NewInvitation } from '../../../functions/api/schemas/people.ts';
import { linkHere } from '../api/people.ts';
import { useServerNow } from '../app/use-now.ts';
import editor from '../editor/editor.module.css';
import { formatMoment } from '../ui/format.ts';
import { SecretDialog } from '../ui/SecretDialog.tsx';
import { isOpenAtThisMachine } from './this-machine.ts';

/** Shows the link of a new invitation, which cannot be read again. */
export function InvitationDialog({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }) {
  const now = useServerNow();
  const { expiresAt, name } = invitation;
  return (
    <SecretDialog
      title={`Invitation for ${name}`}
      kind="link"
      secret={linkHere(invitation)}
      note={`Send it to ${name} only. It works once, until ${formatMoment(expiresAt, now)}.`}
      onClose={onClose}
    >
      {isOpenAtThisMachine() && (
        <p className={editor.text}>
          This page is open at an address of this machine. For a link that works elsewhere, open Sluice at the address
          that others use, and invite from there.
        </p>
      )}
    </SecretDialog>
  );
}
