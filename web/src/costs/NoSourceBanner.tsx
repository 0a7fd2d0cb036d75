import type { NoSourceLimitResource } from '../../../functions/api/schemas/no-source-limit.ts';
import { useAnswerNoSourceLimit, useNoSourceLimit } from '../api/no-source-limit.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatClock } from '../ui/format.ts';
import { describeQuestion } from './ceiling-text.ts';
import { CeilingQuestion } from './CeilingQuestion.tsx';

/** Shows on every page that the no-source limit waits for an answer, with the time that is left. */
export function NoSourceBanner() {
  const { data } = useNoSourceLimit();
  return data?.state === 'asked' ? <Question limit={data} /> : null;
}

function Question({ limit }: { limit: NoSourceLimitResource }) {
  const now = useServerNow();
  const answer = useAnswerNoSourceLimit();
  const { revision, channels, defaultAnswer, answerDueAt, minutes } = limit;
  const left = formatClock(Date.parse(answerDueAt ?? '') - now);
  const send = (given: 'keep' | 'stop'): void =>
    answer.mutate(
      { revision, answer: given },
      {
        onSuccess: () => showDone(given === 'keep' ? 'Keeps running until the source returns' : 'Stopping'),
        onError: (error) => showProblem(error, given === 'keep' ? 'Keep running' : 'Stop now'),
      },
    );
  return (
    <CeilingQuestion
      label="No source"
      spent={`No source for more than ${minutes} min.`}
      question={describeQuestion({ defaultAnswer, concerned: channels.length }, left)}
      busy={answer.isPending}
      onAnswer={send}
    />
  );
}
