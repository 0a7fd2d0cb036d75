import { Button } from '@mantine/core';
import type { Apply } from '../api/destinations.ts';
import classes from './editor.module.css';

/** Asked when the API answers that a change needs a restart of a destination on air. */
export function RestartQuestion({ pending, onAnswer }: { pending: boolean; onAnswer: (apply: Apply) => void }) {
  return (
    <div className={classes.question} role="alertdialog" aria-label="When should this apply?">
      <strong>It is running. When should this apply?</strong>
      <p>Applying now restarts this destination only: a few seconds off air there, none anywhere else.</p>
      <div className={classes.answers}>
        <Button loading={pending} onClick={() => onAnswer('now')}>
          Apply now
        </Button>
        <Button variant="default" disabled={pending} onClick={() => onAnswer('next-start')}>
          At next start
        </Button>
      </div>
    </div>
  );
}
