import { Button } from '@mantine/core';
import { IconHandStop, IconPlayerPlay, IconReportMoney } from '@tabler/icons-react';
import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import { useAnswerCeiling, useCeilings } from '../api/ceilings.ts';
import { useIncidents } from '../api/incidents.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import { formatClock } from '../ui/format.ts';
import { describeQuestion } from './ceiling-text.ts';
import classes from './Ceilings.module.css';
import { formatSum } from './money.ts';

/** Shows on every page that a ceiling waits for an answer, with the time that is left. */
export function CeilingBanner() {
  // A ceiling that asks has an open incident, so a page without one needs no request.
  const isReached = useIncidents().data?.some(({ subject }) => subject.kind === 'money') ?? false;
  const { data } = useCeilings({ enabled: isReached });
  if (!isReached) return null;
  return data?.data
    .filter(({ state }) => state === 'asked')
    .map((ceiling) => <Question key={ceiling.period} ceiling={ceiling} />);
}

function Question({ ceiling }: { ceiling: CeilingResource }) {
  const now = useServerNow();
  const answer = useAnswerCeiling();
  const refusal = useRoleRefusal('operator');
  const left = formatClock(Date.parse(ceiling.answerDueAt ?? '') - now);
  const send = (given: 'keep' | 'stop'): void =>
    answer.mutate(
      { ceiling, answer: given },
      {
        onSuccess: () => showDone(given === 'keep' ? `Keeps running until the ${ceiling.period} ends` : 'Stopping'),
        onError: (error) => showProblem(error, given === 'keep' ? 'Keep running' : 'Stop now'),
      },
    );
  return (
    <section className={classes.banner} aria-label={`Ceiling of the ${ceiling.period}`} data-tone="attention">
      <IconReportMoney size={22} aria-hidden="true" />
      <p>
        <strong>
          {formatSum(ceiling.spent)} of {formatSum(ceiling.limit ?? ceiling.amount)} are spent this {ceiling.period}.
        </strong>{' '}
        {describeQuestion(ceiling, left)}
      </p>
      <div className={classes.answers}>
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} />}
          aria-disabled={refusal !== undefined || undefined}
          data-disabled={refusal !== undefined || undefined}
          data-hint={refusal}
          loading={answer.isPending}
          onClick={() => refusal === undefined && send('keep')}
        >
          Keep running
        </Button>
        <ConfirmButton
          label="Stop now"
          confirmLabel="Stop everything that is not spared"
          busyLabel="Stopping"
          explanation={refusal}
          busy={answer.isPending}
          disabled={refusal !== undefined}
          icon={<IconHandStop size={16} />}
          onConfirm={() => send('stop')}
        />
      </div>
    </section>
  );
}
