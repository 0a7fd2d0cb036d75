import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { useAnswerShowCeiling } from '../api/shows.ts';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { describeQuestion } from '../costs/ceiling-text.ts';
import { CeilingMeter } from '../costs/CeilingMeter.tsx';
import { CeilingQuestion } from '../costs/CeilingQuestion.tsx';
import { formatSum } from '../costs/money.ts';
import { formatClock } from '../ui/format.ts';
import classes from './Shows.module.css';

/** What the show has cost against its ceiling, and the question once that is reached. */
export function ShowMoney({ show }: { show: ShowResource }) {
  const { ceiling } = show;
  if (ceiling === null) return null;
  return (
    <section className={classes.money} aria-labelledby="show-cost">
      <h2 id="show-cost">Cost against the ceiling</h2>
      {ceiling.state === 'asked' && <Question show={show} ceiling={ceiling} />}
      <CeilingMeter ceiling={{ ...ceiling, period: 'show' }} />
    </section>
  );
}

function Question({ show, ceiling }: { show: ShowResource; ceiling: NonNullable<ShowResource['ceiling']> }) {
  const now = useServerNow();
  const answer = useAnswerShowCeiling();
  const onAir = show.destinations.filter(
    ({ destinationId, onAirAt, offAirAt }) =>
      onAirAt !== null && offAirAt === null && !ceiling.spared.includes(destinationId),
  );
  const left = formatClock(Date.parse(ceiling.answerDueAt ?? '') - now);
  return (
    <CeilingQuestion
      label="Ceiling of the show"
      spent={`${formatSum(ceiling.spent)} of ${formatSum(ceiling.limit ?? ceiling.amount)} are spent by this show.`}
      question={describeQuestion({ ...ceiling, concerned: onAir.length }, left)}
      busy={answer.isPending}
      onAnswer={(given) =>
        answer.mutate(
          { show, answer: given },
          {
            onSuccess: () => showDone(given === 'keep' ? 'Keeps running until the show ends' : 'Stopping'),
            onError: (error) => showProblem(error, given === 'keep' ? 'Keep running' : 'Stop now'),
          },
        )
      }
    />
  );
}
