import { Button, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useBulkTransport, useDestinations } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { useMoneyShown } from '../app/use-money.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { stopProgress, countDestinations, destinationsFor, leavesNone } from '../destinations/bulk-action.ts';
import { sentence } from '../ui/format.ts';
import { describeSum } from '../costs/money.ts';
import { BulkPrice } from './BulkPrice.tsx';
import { ConcernedList } from './ConcernedList.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

interface BulkDialogProps {
  destinations: readonly DestinationResource[];
  onClose: () => void;
}

/** Confirms the stop of several destinations, with names and cost, and shows each result. */
export function BulkDialog({ destinations, onClose }: BulkDialogProps) {
  useFocusReturn();
  // The list is fixed while the dialog is open, and exactly its ids are sent.
  const [concerned] = useState(() => destinationsFor('stop', destinations));
  const isMoneyShown = useMoneyShown();
  const describePrice = ({ cost }: DestinationResource): string | null =>
    isMoneyShown ? `${describeSum(cost.thisRun, cost)} in this run` : null;
  const bulk = useBulkTransport('stop');
  const list = useDestinations();
  const all = list.data ?? destinations;
  const problem = problemOf(bulk.error);
  const tellAfterwards = useToastAfterClose(`Stop ${countDestinations(concerned.length)}`);
  const ids = concerned.map((destination) => destination.destinationId);
  // A list from before the answer would make accepted requests look refused.
  const newest = bulk.data && list.dataUpdatedAt > bulk.data.answeredAtMs ? all : null;
  const progress = bulk.data ? stopProgress(concerned, bulk.data.results, newest) : null;
  const isDone = progress?.isDone ?? false;
  const wentWell = isDone && progress?.failed === 0;

  useEffect(() => {
    if (!wentWell) return;
    showDone(`${sentence(countDestinations(concerned.length))} stopped`);
    onClose();
  }, [wentWell, concerned, onClose]);

  if (progress) {
    const title = !isDone
      ? `Stopping ${countDestinations(concerned.length)}`
      : `${sentence(countDestinations(progress.failed))} did not stop`;
    return (
      <Modal opened onClose={onClose} title={title}>
        <div className={classes.form}>
          <ul className={classes.names}>
            {progress.items.map(({ destinationId, name, tone, glyph, word, detail }) => (
              <li key={destinationId}>
                {name}
                <StatusWord tone={tone} glyph={glyph} word={word} />
                {detail && (
                  <span className={classes.detail} data-tone={tone}>
                    {detail}
                  </span>
                )}
              </li>
            ))}
          </ul>
          <div className={classes.buttons}>
            <Button variant="default" data-autofocus onClick={onClose}>
              {isDone ? 'Close' : 'Continue in the background'}
            </Button>
          </div>
        </div>
      </Modal>
    );
  }
  return (
    <Modal opened onClose={onClose} title={`Stop ${countDestinations(concerned.length)}?`}>
      <div className={classes.form}>
        {concerned.length > 0 && (
          <ConcernedList label="What will stop" destinations={concerned} describe={describePrice} />
        )}
        {isMoneyShown && concerned.length > 0 && <BulkPrice action="stop" concerned={concerned} />}
        <p className={classes.text}>
          Each goes off air. The source and the preview stay as they are.
          {leavesNone(concerned, all) && <strong> Nothing stays on air.</strong>}
        </p>
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={bulk.isPending} onClose={onClose} data-autofocus />
          {concerned.length > 0 && (
            <Button color="red.8" loading={bulk.isPending} onClick={() => bulk.mutateAsync(ids).catch(tellAfterwards)}>
              Stop {countDestinations(concerned.length)}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
