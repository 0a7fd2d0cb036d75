import { Button } from '@mantine/core';
import { useRef } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { Apply } from '../../../functions/api/schemas/destination-requests.ts';
import { RestartCost } from './RestartCost.tsx';
import { useInSight } from './use-in-sight.ts';
import classes from './editor.module.css';

interface RestartQuestionProps {
  destination: DestinationResource;
  pending: boolean;
  onAnswer: (apply: Apply) => void;
}

/** Shown when the API answers that a change needs a restart. Nothing has changed yet. */
export function RestartQuestion({ destination, pending, onAnswer }: RestartQuestionProps) {
  const box = useRef<HTMLDivElement>(null);
  // It replaces the pressed button, which had the focus.
  useInSight(box);
  return (
    <div ref={box} className={classes.question} role="alertdialog" aria-label="When should this apply?" tabIndex={-1}>
      <strong>This destination is running. When should this apply?</strong>
      <p>
        Applying now restarts this destination only: <RestartCost destination={destination} />
      </p>
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
