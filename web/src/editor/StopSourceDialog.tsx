import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useDestinations } from '../api/destinations.ts';
import { useFlowControl } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { countDestinations } from '../destinations/bulk-action.ts';
import { sentence } from '../ui/format.ts';
import { ConcernedList } from './ConcernedList.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

/** Confirms a stop of the source, and lists every destination that loses its picture. */
export function StopSourceDialog({ onClose }: { onClose: () => void }) {
  useFocusReturn();
  const list = useDestinations().data ?? [];
  // The list is fixed while the dialog is open.
  const [running] = useState(() => list.filter(({ primary, desired }) => !primary && desired === 'running'));
  const stop = useFlowControl('stop');
  const problem = problemOf(stop.error);
  const tellAfterwards = useToastAfterClose('Stop the source');
  return (
    <Modal opened onClose={onClose} title="Stop the source?">
      <div className={classes.form}>
        {running.length > 0 && <ConcernedList label="Destinations that lose their picture" destinations={running} />}
        <p className={classes.text}>
          {running.length > 0
            ? `${sentence(countDestinations(running.length))} and the preview go off air. They keep running: stop them too if the show is over.`
            : 'No destination is running. The preview goes off air.'}
        </p>
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={stop.isPending} onClose={onClose} data-autofocus />
          <Button
            color="red.8"
            loading={stop.isPending}
            onClick={() => stop.mutateAsync(undefined, { onSuccess: onClose }).catch(tellAfterwards)}
          >
            Stop source
          </Button>
        </div>
      </div>
    </Modal>
  );
}
