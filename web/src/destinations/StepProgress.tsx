import type { OperationResource } from '../../../functions/api/schemas/answers.ts';
import classes from './StepProgress.module.css';

/** The steps of what is under way, as a bar in as many parts. Decorative: the words stand beside it. */
export function StepProgress({ operation }: { operation: OperationResource | null }) {
  if (operation?.state !== 'running') return null;
  return (
    <div className={classes.steps} aria-hidden="true">
      {Array.from({ length: operation.stepCount }, (_part, index) => (
        <span
          key={index}
          data-at={index + 1 === operation.stepNumber || undefined}
          data-done={index + 1 < operation.stepNumber || undefined}
        />
      ))}
    </div>
  );
}
