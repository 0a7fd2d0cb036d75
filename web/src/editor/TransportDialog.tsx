import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useTransport } from '../api/destinations.ts';
import { knownFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { doubtStart } from '../destinations/start-doubts.ts';
import { LeaveButton } from './LeaveButton.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

const QUESTIONS = {
  start: {
    transport: 'start',
    title: 'Start',
    confirm: 'Start anyway',
    color: undefined,
    text: '',
  },
  restart: {
    transport: 'restart',
    title: 'Restart',
    confirm: 'Restart',
    color: 'red.8',
    text: 'It goes off air until it has started again. The source and all other destinations stay as they are.',
  },
  stopLast: {
    transport: 'stop',
    title: 'Stop',
    confirm: 'Stop',
    color: 'red.8',
    text: 'This is the last destination on air. Stopping it ends the broadcast. The source and the preview stay as they are.',
  },
  forceStop: {
    transport: 'stop by force',
    title: 'Force stop',
    confirm: 'Force stop',
    color: 'red.8',
    text: 'The running operation is past its deadline. Sluice abandons it, stops the destination and releases its AWS resources. Its settings and all other destinations stay as they are.',
  },
} as const;

interface TransportDialogProps {
  destination: DestinationResource;
  question: keyof typeof QUESTIONS;
  onClose: () => void;
}

/** Confirms actions that the inline buttons of a destination do not confirm. */
export function TransportDialog({ destination, question, onClose }: TransportDialogProps) {
  const { transport, title, confirm, color, text } = QUESTIONS[question];
  const [words] = useState(() =>
    question === 'start' ? doubtStart([destination], knownFlow()).doubts.join(' ') : text,
  );
  const request = useTransport(transport);
  const problem = problemOf(request.error);
  const tellAfterwards = useToastAfterClose(`${title} ${destination.name}`);
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={`${title} ${destination.name}?`}>
      <div className={classes.form}>
        <p className={classes.text}>{words}</p>
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={request.isPending} onClose={onClose} data-autofocus />
          <Button
            color={color}
            loading={request.isPending}
            onClick={() => request.mutateAsync(destination.destinationId, { onSuccess: onClose }).catch(tellAfterwards)}
          >
            {confirm}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
