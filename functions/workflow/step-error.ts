import { awsErrorKind } from '../aws/aws-errors.ts';
import { AppError, errorName } from '../domain/errors.ts';
import { StepFailed, Throttled, Unavailable } from './workflow-errors.ts';

/**
 * Translates a failure of a step whose record decides, so that calling it again does no harm.
 * @param id names the record
 */
export function toStepError(step: string, id: string, error: unknown): Error {
  const kind = awsErrorKind(error);
  if (kind === 'throttled') return new Throttled(`AWS throttles ${step}`);
  if (kind === 'unavailable') return new Unavailable(`AWS does not answer ${step}`);
  if (error instanceof AppError && error.code === 'concurrent_change') return new Unavailable(`${step} was overtaken`);
  return new StepFailed(`${step} of ${id}: ${errorName(error)}`);
}
