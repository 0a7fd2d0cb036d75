import { IconCheck, IconLoader2, IconX } from '@tabler/icons-react';
import type { OperationResource } from '../../../functions/api/schemas/operations.ts';
import { useServerNow } from '../app/use-now.ts';
import { formatDuration, formatMoment, sentence } from '../ui/format.ts';
import classes from './OperationSteps.module.css';

const STATES: Record<OperationResource['state'], string> = {
  running: 'in progress',
  succeeded: 'succeeded',
  failed: 'failed',
  superseded: 'replaced by a newer request',
};

/** The steps of an operation with their durations. */
export function OperationSteps({ operation }: { operation: OperationResource }) {
  const now = useServerNow();
  const { kind, state, startedAt, endedAt, steps, requestedBy, error } = operation;
  const lasted = (endedAt ? Date.parse(endedAt) : now) - Date.parse(startedAt);
  return (
    <div className={classes.operation}>
      <p>
        <b>{sentence(kind)}</b> {STATES[state]} · {formatMoment(startedAt, now)} · by {requestedBy} ·{' '}
        {formatDuration(lasted)}
      </p>
      {error && <p className={classes.error}>{sentence(error.detail)}</p>}
      <ol>
        {steps.map((step) => {
          const ended = step.endedAt ?? (state === 'running' ? null : endedAt);
          const failed = state === 'failed' && step.endedAt === null;
          return (
            <li key={`${step.step} ${step.startedAt}`}>
              <StepMark running={ended === null} failed={failed} />
              <span>{sentence(step.label)}</span>
              <span className={classes.attempts}>{step.attempts > 1 ? `${step.attempts} calls` : ''}</span>
              <span className={classes.time}>
                {formatDuration((ended ? Date.parse(ended) : now) - Date.parse(step.startedAt))}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function StepMark({ running, failed }: { running: boolean; failed: boolean }) {
  if (running) return <IconLoader2 size={15} className={classes.turning} aria-label="In progress" />;
  if (failed) return <IconX size={15} className={classes.failed} aria-label="Failed" />;
  return <IconCheck size={15} className={classes.done} aria-label="Done" />;
}
