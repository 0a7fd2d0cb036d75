import type { OperationResource } from '../../../functions/api/schemas/operations.ts';
import classes from './StepProgress.module.css';

/** The steps of the running operation as a segmented bar. Decorative, because the text is beside it. */
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
