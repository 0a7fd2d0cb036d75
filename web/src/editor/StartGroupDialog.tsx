import { Button, Checkbox, Modal } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { knownFlow } from '../api/flow.ts';
import { useGroupPlan, useGroupStarts, useStartGroup } from '../api/group-starts.ts';
import { problemOf } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { useMoneyShown } from '../app/use-money.ts';
import { PRICE_UNKNOWN, pricePerHour } from '../costs/money.ts';
import { countDestinations, destinationsFor } from '../destinations/bulk-action.ts';
import { aboutSeconds, countFailed, planText } from '../destinations/group-start-text.ts';
import { doubtStart } from '../destinations/start-doubts.ts';
import { ChosenPreflight } from '../preflight/ChosenPreflight.tsx';
import { sentence } from '../ui/format.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import { BulkPrice } from './BulkPrice.tsx';
import { ConcernedList } from './ConcernedList.tsx';
import { GroupStartProgress } from './GroupStartProgress.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { useToastAfterClose } from './use-toast-after-close.ts';
import classes from './editor.module.css';

interface StartGroupDialogProps {
  destinations: readonly DestinationResource[];
  onClose: () => void;
}

/** Confirms the start of several destinations, with its plan and cost, and shows the progress and result of each. */
export function StartGroupDialog({ destinations, onClose }: StartGroupDialogProps) {
  useFocusReturn();
  // The list is fixed while the dialog is open, and exactly its ids are sent.
  const [{ startable: concerned, doubts }] = useState(() =>
    doubtStart(destinationsFor('start', destinations), knownFlow()),
  );
  const [required, setRequired] = useState<string[]>([]);
  const [stopsAll, setStopsAll] = useState(false);
  const ids = concerned.map(({ destinationId }) => destinationId);
  const plan = useGroupPlan(ids).data;
  const isMoneyShown = useMoneyShown();
  const start = useStartGroup();
  const groups = useGroupStarts();
  const begun = groups.data?.find(({ groupStartId }) => groupStartId === start.data?.groupStartId) ?? start.data;
  const problem = problemOf(start.error);
  const what = countDestinations(concerned.length);
  const tellAfterwards = useToastAfterClose(`Start ${what}`);
  const wentWell = begun?.state === 'ended' && countFailed(begun) === 0;

  useEffect(() => {
    if (!wentWell) return;
    showDone(`${sentence(what)} started`);
    onClose();
  }, [wentWell, what, onClose]);

  if (begun) return <GroupStartProgress groupStart={begun} onClose={onClose} />;

  const describe = ({ cost, destinationId }: DestinationResource): string | null => {
    const planned = plan?.destinations.find((each) => each.destinationId === destinationId);
    const price = isMoneyShown ? (pricePerHour(cost.perHourRunning, cost) ?? PRICE_UNKNOWN) : null;
    return [planned && planText(planned), price].filter(Boolean).join(' · ') || null;
  };
  const refused = plan?.problems.filter(({ isQuestion }) => !isQuestion) ?? [];
  // A refusal about outputs is a doubt already.
  const shown = refused.filter(({ code }) => code !== 'flow_full' || doubts.length === 0);
  const isAsked = doubts.length > 0 || (plan?.problems.some(({ isQuestion }) => isQuestion) ?? false);
  const request = { ids, required, onFailure: stopsAll ? 'stop-all' : 'continue' } as const;
  return (
    <Modal opened onClose={onClose} title={`Start ${what}?`}>
      <div className={classes.form}>
        {concerned.length > 0 && <ConcernedList label="What will start" destinations={concerned} describe={describe} />}
        {[...doubts, ...shown.map(({ detail, remedy }) => `${sentence(detail)}. ${sentence(remedy)}.`)].map((doubt) => (
          <p key={doubt} className={classes.doubt}>
            {doubt}
          </p>
        ))}
        {isMoneyShown && concerned.length > 0 && <BulkPrice action="start" concerned={concerned} />}
        <p className={classes.text}>
          They start one after the other, in this order
          {plan && plan.totalSeconds > 0 ? `; the last is on air in ${aboutSeconds(plan.totalSeconds)}` : ''}. A failure
          does not delay the others, unless it is required.
        </p>
        {concerned.length > 1 && (
          <details>
            <summary className={classes.summary}>If one does not start</summary>
            <Checkbox.Group value={required} onChange={setRequired} label="Required: without it, start no more">
              {concerned.map(({ destinationId, name }) => (
                <Checkbox key={destinationId} className={classes.choice} value={destinationId} label={name} />
              ))}
            </Checkbox.Group>
            <Checkbox
              className={classes.choice}
              disabled={required.length === 0}
              checked={stopsAll}
              onChange={(event) => setStopsAll(event.currentTarget.checked)}
              label="Then also stop what this start has begun"
            />
          </details>
        )}
        {concerned.length > 0 && <ChosenPreflight destinationIds={ids} />}
        {problem && <ProblemPanel problem={problem} />}
        <div className={classes.buttons}>
          <LeaveButton isSent={start.isPending} onClose={onClose} data-autofocus />
          {concerned.length > 0 && (
            <Button
              loading={start.isPending}
              disabled={refused.length > 0}
              onClick={() => start.mutateAsync({ ...request, withoutEncoder: isAsked }).catch(tellAfterwards)}
            >
              Start {what}
              {doubts.length > 0 && ' anyway'}
            </Button>
          )}
        </div>
      </div>
    </Modal>
  );
}
