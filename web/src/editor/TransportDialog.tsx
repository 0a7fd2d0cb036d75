import { Button, Modal } from '@mantine/core';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useTransport } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { useFocusReturn } from '../app/use-focus-return.ts';
import { ProblemPanel } from '../components/ProblemText.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { useFailureAfterwards } from './use-failure-afterwards.ts';
import classes from './editor.module.css';

const QUESTIONS = {
  restart: {
    transport: 'restart',
    title: 'Restart',
    text: 'It goes off air, and comes back as soon as it has started again. The source and all other destinations stay as they are.',
  },
  stopLast: {
    transport: 'stop',
    title: 'Stop',
    text: 'Nothing else is running: when it stops, no platform gets a picture any more. The source and the preview stay as they are.',
  },
  forceStop: {
    transport: 'stop?force=true',
    title: 'Force stop',
    text: 'What is under way has taken longer than it ever should. It is given up where it stands, and a stop begins anew: it takes the destination off air and cleans up whatever was made. Its settings stay, and so does everything else.',
  },
} as const;

interface TransportDialogProps {
  destination: DestinationResource;
  question: keyof typeof QUESTIONS;
  onClose: () => void;
}

/** Asks before something that interrupts a destination in a way its own two buttons do not. */
export function TransportDialog({ destination, question, onClose }: TransportDialogProps) {
  const { transport, title, text } = QUESTIONS[question];
  const request = useTransport(transport);
  const problem = problemOf(request.error);
  const tellAfterwards = useFailureAfterwards(`${title} ${destination.name}`);
  useFocusReturn();
  return (
    <Modal opened onClose={onClose} title={`${title} ${destination.name}?`}>
      <div className={classes.form}>
        <p className={classes.text}>{text}</p>
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={request.isPending} onClose={onClose} data-autofocus />
          <Button
            color="red.8"
            loading={request.isPending}
            onClick={() => request.mutateAsync(destination.destinationId, { onSuccess: onClose }).catch(tellAfterwards)}
          >
            {title}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
