import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import { useAnswerCeiling, useCeilings } from '../api/ceilings.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatClock } from '../ui/format.ts';
import { describeQuestion } from './ceiling-text.ts';
import { CeilingQuestion } from './CeilingQuestion.tsx';
import { formatSum } from './money.ts';

/** The questions of the ceilings that are reached, with the time that is left. */
export function CeilingQuestions() {
  const { data } = useCeilings();
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
