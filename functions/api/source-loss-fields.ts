import type { Destination } from '../domain/destination.ts';
import type { SourceLossAction } from '../domain/source-loss.ts';
import { invalidFields } from './http/validation.ts';

/**
 * Refuses a limit that contradicts what happens at the loss of the source.
 * @param present what is true of fields that are not given
 * @throws {AppError} `validation_failed`
 */
export function requireSourceLoss(
  given: { onSourceLoss?: SourceLossAction | undefined; holdMinutes?: number | undefined },
  present: Pick<Destination, 'onSourceLoss' | 'holdMinutes'>,
): void {
  const { holdMinutes = present.holdMinutes, onSourceLoss = present.onSourceLoss } = given;
  if (onSourceLoss !== 'stop' || holdMinutes !== 0) return;
  const message = 'a destination that stops needs at least 1 minute; use wait to let it wait for ever';
  throw invalidFields([{ field: given.holdMinutes === undefined ? 'onSourceLoss' : 'holdMinutes', message }]);
}
