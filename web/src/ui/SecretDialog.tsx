import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Copyable } from './Copyable.tsx';
import classes from './SecretDialog.module.css';
import { useFocusReturn } from './use-focus-return.ts';

interface SecretDialogProps {
  title: string;
  /** Names the secret in the text and on the button. */
  kind: 'link' | 'secret' | 'token';
  secret: string;
  /** Whom or what the secret is for. */
  note: ReactNode;
  /** Shown below the secret. */
  children?: ReactNode;
  onClose: () => void;
}

/**
 * Shows a new secret, which cannot be read again. Only its buttons close it: a click beside it or Escape would lose the
 * secret by accident.
 */
export function SecretDialog({ title, kind, secret, note, children, onClose }: SecretDialogProps) {
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={title} closeOnClickOutside={false} closeOnEscape={false}>
      <div className={classes.secret}>
        <p className={classes.once}>
          Copy the {kind} now. It is not shown again. {note}
        </p>
        <Copyable value={secret} label={`Copy the ${kind}`} />
        {children}
        <div className={classes.buttons}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Modal>
  );
}
