import type { Destination } from './destination.ts';
import { AppError } from './errors.ts';
import { towardsDesired, type Decision } from './lifecycle.ts';
import { decideStart } from './requests.ts';
import type { ShowDestination } from './show.ts';

/** A step ends after 60 seconds. A process that slept longer must not start anything: the run sheet decides again. */
const DECIDED_MS_MAX = 60_000;

interface ShowStart {
  destination: Pick<ShowDestination, 'desiredAtDecision'>;
  /** When the run sheet decided that the destination is started. */
  decidedAt: Date;
  now: Date;
}

/**
 * Requests the start that a run sheet has decided. It is requested again when a crash interrupted it, so a desired state
 * that has changed since the decision shows what happened: either the start arrived, or others have decided otherwise.
 * @throws {AppError} `illegal_transition` when the destination was stopped since. `concurrent_change` when it is too late
 */
export function decideShowStart(record: Destination, { destination, decidedAt, now }: ShowStart): Decision {
  if (now.getTime() - decidedAt.getTime() > DECIDED_MS_MAX) {
    throw new AppError('concurrent_change', {
      detail: 'the start comes more than a minute after it was decided',
      remedy: 'decide again',
    });
  }
  const { desiredAtDecision = record.desiredAt ?? null } = destination;
  if ((record.desiredAt ?? null) === desiredAtDecision) return decideStart(record);
  if (record.desired === 'running') return towardsDesired(record);
  throw new AppError('illegal_transition', {
    detail: `it was stopped meanwhile by ${record.desiredBy}`,
    remedy: 'start it by hand',
  });
}
