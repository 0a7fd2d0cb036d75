import { Button, Modal } from '@mantine/core';
import type { NewInvitation } from '../../../functions/api/schemas/people.ts';
import { linkHere } from '../api/people.ts';
import editor from '../editor/editor.module.css';
import { CopyButton } from '../ui/CopyButton.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../ui/format.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import classes from './People.module.css';
import { isOpenAtThisMachine } from './this-machine.ts';

/** Shows the link of a new invitation, which cannot be read again. */
export function InvitationDialog({ invitation, onClose }: { invitation: NewInvitation; onClose: () => void }) {
  useFocusReturn();
  const now = useServerNow();
  const link = linkHere(invitation);
  return (
    <Modal opened onClose={onClose} title={`Invitation for ${invitation.name}`} closeOnClickOutside={false}>
      <div className={editor.form}>
        <p className={editor.text}>
          Send this link to {invitation.name} only. It is not shown again, and works once, until{' '}
          {formatMoment(invitation.expiresAt, now)}.
        </p>
        <p className={classes.link}>
          <code>{link}</code>
          <CopyButton value={link} label="Copy the link" />
        </p>
        {isOpenAtThisMachine() && (
          <p className={editor.text}>
            This page is open at an address of this machine. For a link that works elsewhere, open Sluice at the address
            that others use, and invite from there.
          </p>
        )}
        <div className={editor.buttons}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Modal>
  );
}
