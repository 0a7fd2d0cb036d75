import { Button, Modal } from '@mantine/core';
import { CopyButton } from '../ui/CopyButton.tsx';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import editor from '../editor/editor.module.css';
import classes from './Notifications.module.css';

/** Shows a signing secret, which cannot be read again. */
export function SecretDialog({ name, secret, onClose }: { name: string; secret: string; onClose: () => void }) {
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={`Signing secret of ${name}`} closeOnClickOutside={false}>
      <div className={editor.form}>
        <p className={editor.text}>
          Copy it now: it is not shown again. The receiver verifies each message with it. After a rotation the former
          secret signs for 24 hours more.
        </p>
        <p className={classes.secret}>
          <code>{secret}</code>
          <CopyButton value={secret} label="Copy the secret" />
        </p>
        <div className={editor.buttons}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Modal>
  );
}
