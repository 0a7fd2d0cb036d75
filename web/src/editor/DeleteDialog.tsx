import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useDeleteDestination } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { isSameName } from './same-name.ts';
import { LeaveButton } from './LeaveButton.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

interface DeleteDialogProps {
  destination: DestinationResource;
  /** Abandons the running operation first. */
  force: boolean;
  onClose: () => void;
}

/** Asks for the name before a deletion, and says what is deleted and what stays. */
export function DeleteDialog({ destination, force, onClose }: DeleteDialogProps) {
  const [typed, setTyped] = useState('');
  const remove = useDeleteDestination({ force });
  const problem = problemOf(remove.error);
  // Also known from a refusal: a group start or a show is about to start it.
  const isWanted = destination.desired === 'running' || problem?.code === 'stop_required';
  const matches = isSameName(typed, destination.name);
  const tellAfterwards = useToastAfterClose(`Delete ${destination.name}`);
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={`Delete ${destination.name}?`}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!matches) return;
          const deletion = { destinationId: destination.destinationId, stops: isWanted };
          remove.mutateAsync(deletion, { onSuccess: onClose }).catch(tellAfterwards);
        }}
      >
        {force && (
          <p className={classes.text}>
            The running operation is past its deadline. Sluice abandons it and starts the deletion.
          </p>
        )}
        {isWanted && (
          <p className={classes.text}>
            <strong>{destination.desired === 'running' ? 'It is wanted on air.' : 'It is about to start.'}</strong>{' '}
            Deleting it takes it off air.
          </p>
        )}
        <p className={classes.text}>
          Deletes its settings, stream key and AWS resources. The source and all other destinations stay as they are.
          Recordings stay on the platform.
        </p>
        <TextInput
          label={`Type “${destination.name}” to confirm`}
          value={typed}
          autoComplete="off"
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={remove.isPending} onClose={onClose} />
          <Button type="submit" color="red.8" disabled={!matches} loading={remove.isPending}>
            Delete destination
          </Button>
        </div>
      </form>
    </Modal>
  );
}
