import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import { useAnswerCeiling, useCeilings } from '../api/ceilings.ts';
import { useIncidents } from '../api/incidents.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatClock } from '../ui/format.ts';
import { describeQuestion } from './ceiling-text.ts';
import { CeilingQuestion } from './CeilingQuestion.tsx';
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
    <CeilingQuestion
      label={`Ceiling of the ${ceiling.period}`}
      spent={`${formatSum(ceiling.spent)} of ${formatSum(ceiling.limit ?? ceiling.amount)} are spent this ${ceiling.period}.`}
      question={describeQuestion(ceiling, left)}
      busy={answer.isPending}
      onAnswer={send}
    />
  );
}
