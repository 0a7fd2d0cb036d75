import type { UseMutationResult } from '@tanstack/react-query';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import classes from './AccessList.module.css';

interface AccessListProps {
  /** Use one of the two names. */
  'aria-label'?: string;
  'aria-labelledby'?: string;
  children: ReactNode;
}

/** A list of what has access: people, invitations, tokens or links. */
export function AccessList(props: AccessListProps) {
  return <ul className={classes.list} {...props} />;
}

interface AccessEntryProps {
  name: string;
  /** Shown behind the name. */
  mark?: string;
  /** Lines below the name. */
  facts: readonly string[];
  /** The button that ends the access. */
  children?: ReactNode;
}

/** One entry of an access list. */
export function AccessEntry({ name, mark, facts, children }: AccessEntryProps) {
  return (
    <li aria-label={name}>
      <div className={classes.who}>
        <b>{name}</b>
        {mark && ` ${mark}`}
        {facts.map((line) => (
          <span key={line} className={classes.fact}>
            {line}
          </span>
        ))}
      </div>
      {children}
    </li>
  );
}

interface RevokeButtonProps {
  id: string;
  /** Completes “Revoke …”. */
  what: string;
  /** What revoking does. */
  explanation: string;
  /** Reported when it is done. */
  done: string;
  revoke: Pick<UseMutationResult<unknown, Error, string>, 'isPending' | 'mutate'>;
  icon?: ReactNode;
}

/** Revokes an invitation, a token or a link after a question. */
export function RevokeButton({ id, what, explanation, done, revoke, icon }: RevokeButtonProps) {
  return (
    <ConfirmButton
      label="Revoke"
      confirmLabel="Revoke"
      busyLabel="Revoking"
      explanation={explanation}
      ariaLabel={`Revoke ${what}`}
      icon={icon ?? <IconX size={16} aria-hidden="true" />}
      busy={revoke.isPending}
      onConfirm={() =>
        revoke.mutate(id, {
          onSuccess: () => showDone(done),
          onError: (error) => showProblem(error, `Revoke ${what}`),
        })
      }
    />
  );
}
