import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useBulkTransport } from '../api/destinations.ts';
import { ApiProblem } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { ProblemPanel } from '../components/ProblemText.tsx';
import {
  type BulkAction,
  type BulkItemResult,
  bulkOutcome,
  countDestinations,
  destinationsFor,
} from '../presentation/bulk-action.ts';
import { sentence } from '../presentation/format.ts';
import classes from './editor.module.css';

interface BulkDialogProps {
  action: BulkAction;
  destinations: readonly DestinationResource[];
  onClose: () => void;
}

/** Asks before several destinations start or stop, by name; stays open when some of them were refused. */
export function BulkDialog({ action, destinations, onClose }: BulkDialogProps) {
  // What was read is what happens: the list does not change under the finger, and exactly its ids are sent.
  const [concerned] = useState(() => destinationsFor(action, destinations));
  const bulk = useBulkTransport(action);
  const problem = bulk.error instanceof ApiProblem ? bulk.error.problem : null;
  const verb = sentence(action);

  const send = (): void => {
    const ids = concerned.map((destination) => destination.destinationId);
    bulk.mutate(ids, {
      onSuccess: (results) => {
        if (results.some((result) => result.outcome === 'refused')) return;
        const accepted = results.filter((result) => result.outcome === 'accepted').length;
        showDone(accepted === 0 ? 'Nothing had to be done' : `${sentence(countDestinations(accepted))} will ${action}`);
        onClose();
      },
    });
  };

  if (bulk.data) {
    const refused = bulk.data.filter((result) => result.outcome === 'refused').length;
    return (
      <Modal opened onClose={onClose} title={`${sentence(countDestinations(refused))} did not ${action}`}>
        <div className={classes.form}>
          <Results action={action} concerned={concerned} results={bulk.data} />
          <div className={classes.buttons}>
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
          </div>
        </div>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={`${verb} ${countDestinations(concerned.length)}?`}>
      <div className={classes.form}>
        <ul className={classes.names}>
          {concerned.map((destination) => (
            <li key={destination.destinationId}>{destination.name}</li>
          ))}
        </ul>
        <p className={classes.text}>
          {action === 'start'
            ? 'Each starts on its own; one that fails does not hold up the others.'
            : 'Each goes off air. The source and the preview stay as they are.'}
        </p>
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <Button variant="default" data-autofocus onClick={onClose}>
            Cancel
          </Button>
          <Button color={action === 'stop' ? 'red.8' : undefined} loading={bulk.isPending} onClick={send}>
            {verb} {countDestinations(concerned.length)}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

interface ResultsProps {
  action: BulkAction;
  concerned: readonly DestinationResource[];
  results: readonly BulkItemResult[];
}

function Results({ action, concerned, results }: ResultsProps) {
  const nameOf = (id: string): string => concerned.find((each) => each.destinationId === id)?.name ?? id;
  return (
    <ul className={classes.names}>
      {results.map((result) => (
        <li key={result.destinationId} data-tone={result.outcome === 'refused' ? 'attention' : undefined}>
          {nameOf(result.destinationId)}
          <span>{bulkOutcome(action, result)}</span>
        </li>
      ))}
    </ul>
  );
}
