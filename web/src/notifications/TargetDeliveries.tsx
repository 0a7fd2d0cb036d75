import { Button, Loader } from '@mantine/core';
import type { DeliveryResource, TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { useDeliveries, useReplay } from '../api/notifications.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../ui/format.ts';
import { describeDelivery, describeOutcome } from './target-text.ts';
import classes from './Notifications.module.css';

const SHOWN = 50;

/** The newest deliveries of a target, each with its attempts. */
export function TargetDeliveries({ target }: { target: TargetResource }) {
  const { data, error } = useDeliveries(target.targetId, SHOWN);
  const problem = problemOf(error);
  if (!data) return problem ? <ProblemPanel problem={problem} /> : <Loader size="sm" />;
  if (data.length === 0) return <p className={classes.quiet}>Nothing was sent in the last 30 days.</p>;
  return (
    <ul className={classes.deliveries} aria-label={`Deliveries of ${target.name}`}>
      {data.map((delivery) => (
        <Delivery key={delivery.deliveryId} delivery={delivery} isEnabled={target.isEnabled} />
      ))}
    </ul>
  );
}

function Delivery({ delivery, isEnabled }: { delivery: DeliveryResource; isEnabled: boolean }) {
  const now = useServerNow();
  const replay = useReplay(delivery.deliveryId);
  const role = useRoleRefusal('operator');
  const refusal = role ?? (isEnabled ? undefined : 'Enable the target first');
  const { tone, text } = describeDelivery(delivery, now);
  return (
    <li>
      <div className={classes.delivery}>
        <div>
          <strong>{delivery.title}</strong>
          <p className={classes.quiet}>
            {delivery.eventType} · {formatMoment(delivery.createdAt, now)}
            {delivery.replayOf !== null && ' · replay'}
          </p>
        </div>
        <span data-tone={tone} className={classes.state}>
          {text}
        </span>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Replay ${delivery.title}`}
          aria-disabled={refusal !== undefined || undefined}
          aria-description={refusal}
          data-disabled={refusal !== undefined || undefined}
          data-hint={refusal ?? 'Sends the same event again'}
          loading={replay.isPending}
          onClick={() => {
            if (refusal !== undefined) return;
            replay
              .mutateAsync()
              .then(() => showDone('Replay began'))
              .catch((error: unknown) => showProblem(error, 'Replay'));
          }}
        >
          Replay
        </Button>
      </div>
      {delivery.attempts.length > 0 && (
        <table className={classes.attempts}>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Result</th>
              <th scope="col">Time</th>
              <th scope="col">Answer</th>
            </tr>
          </thead>
          <tbody>
            {delivery.attempts.map((attempt) => (
              <tr key={attempt.at}>
                <td>{formatMoment(attempt.at, now)}</td>
                <td>{describeOutcome(attempt)}</td>
                <td>{attempt.durationMs} ms</td>
                <td>{attempt.answer.trim() || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  );
}
