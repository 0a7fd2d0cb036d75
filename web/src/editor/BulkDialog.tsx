import { Button, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';
import { useBulkTransport, useDestinations } from '../api/destinations.ts';
import { knownFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { useMoneyShown } from '../app/use-money.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { StatusWord } from '../destinations/StatusWord.tsx';
import {
  type BulkAction,
  bulkProgress,
  countDestinations,
  destinationsFor,
  leavesNone,
} from '../destinations/bulk-action.ts';
import { sentence } from '../ui/format.ts';
import { describeSum, PRICE_UNKNOWN, pricePerHour } from '../costs/money.ts';
import { doubtStart } from '../destinations/start-doubts.ts';
import { BulkPrice } from './BulkPrice.tsx';
import { ChosenPreflight } from '../preflight/ChosenPreflight.tsx';
import { ConcernedList } from './ConcernedList.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

interface BulkDialogProps {
  action: BulkAction;
  destinations: readonly DestinationResource[];
  onClose: () => void;
}

/** Confirms the start or stop of several destinations, with names and cost, and shows each result. */
export function BulkDialog({ action, destinations, onClose }: BulkDialogProps) {
  useFocusReturn();
  // The list is fixed while the dialog is open, and exactly its ids are sent.
  const [{ startable: concerned, doubts }] = useState(() => {
    const possible = destinationsFor(action, destinations);
    return action === 'start' ? doubtStart(possible, knownFlow()) : { startable: possible, doubts: [] };
  });
  const isMoneyShown = useMoneyShown();
  const describePrice = ({ cost }: DestinationResource): string | null => {
    if (!isMoneyShown) return null;
    if (action === 'start') return pricePerHour(cost.perHourRunning, cost) ?? PRICE_UNKNOWN;
    return `${describeSum(cost.thisRun, cost)} in this run`;
  };
  const bulk = useBulkTransport(action);
  const list = useDestinations();
  const all = list.data ?? destinations;
  const problem = problemOf(bulk.error);
  const verb = sentence(action);
  const tellAfterwards = useToastAfterClose(`${verb} ${countDestinations(concerned.length)}`);
  const ids = concerned.map((destination) => destination.destinationId);
  // A list from before the answer would make accepted requests look refused.
  const newest = bulk.data && list.dataUpdatedAt > bulk.data.answeredAtMs ? all : null;
  const progress = bulk.data ? bulkProgress(action, concerned, bulk.data.results, newest) : null;
  const isDone = progress?.isDone ?? false;
  const wentWell = isDone && progress?.failed === 0;

  useEffect(() => {
    if (!wentWell) return;
    showDone(`${sentence(countDestinations(concerned.length))} ${action === 'start' ? 'started' : 'stopped'}`);
    onClose();
  }, [wentWell, concerned, action, onClose]);

  if (progress) {
    const title = !isDone
      ? `${action === 'start' ? 'Starting' : 'Stopping'} ${countDestinations(concerned.length)}`
      : `${sentence(countDestinations(progress.failed))} did not ${action}`;
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
    <Modal opened onClose={onClose} title={`${verb} ${countDestinations(concerned.length)}?`}>
      <div className={classes.form}>
        {concerned.length > 0 && (
          <ConcernedList label={`What will ${action}`} destinations={concerned} describe={describePrice} />
        )}
        {doubts.map((doubt) => (
          <p key={doubt} className={classes.doubt}>
            {doubt}
          </p>
        ))}
        {isMoneyShown && concerned.length > 0 && <BulkPrice action={action} concerned={concerned} />}
        <p className={classes.text}>
          {action === 'start'
            ? 'Each starts independently; a failure does not delay the others.'
            : 'Each goes off air. The source and the preview stay as they are.'}
          {action === 'stop' && leavesNone(concerned, all) && <strong> Nothing stays on air.</strong>}
        </p>
        {action === 'start' && concerned.length > 0 && <ChosenPreflight destinationIds={ids} />}
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={bulk.isPending} onClose={onClose} data-autofocus />
          {concerned.length > 0 && (
            <Button
              color={action === 'stop' ? 'red.8' : undefined}
              loading={bulk.isPending}
              onClick={() => bulk.mutateAsync(ids).catch(tellAfterwards)}
            >
              {verb} {countDestinations(concerned.length)}
              {doubts.length > 0 && ' anyway'}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
