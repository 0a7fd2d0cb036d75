import { AppError } from './errors.ts';

/** What holds for every start that a run sheet or a group start decides, stores and only then requests. */

/** A step ends after 60 seconds. A process that slept longer must not start anything: it is decided again. */
const DECIDED_MS_MAX = 60_000;

/** @throws {AppError} `concurrent_change` when the request comes too long after its decision */
export function requireFresh(decidedAt: Date, now: Date): void {
  if (now.getTime() - decidedAt.getTime() <= DECIDED_MS_MAX) return;
  throw new AppError('concurrent_change', {
    detail: 'the start comes more than a minute after it was decided',
    remedy: 'decide again',
  });
}

/** Returns the refusal of a start that others have decided against. */
export function notStarted(detail: string): AppError {
  return new AppError('illegal_transition', { detail, remedy: 'start it by hand' });
}
