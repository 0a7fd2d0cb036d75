import type { Destination } from './destination.ts';
import { notStarted, requireFresh } from './decided-start.ts';
import { towardsDesired, type Decision } from './lifecycle.ts';
import { decideStart } from './requests.ts';
import { isStoppedByOther, starterOf, withStarter, type ShowName } from './show-handover.ts';
import type { ShowDestination } from './show.ts';

interface ShowStart {
  show: ShowName;
  destination: Pick<ShowDestination, 'desiredAtDecision'>;
  /** When the run sheet decided that the destination is started. */
  decidedAt: Date;
  now: Date;
}

/**
 * Requests the start that a run sheet has decided. It is requested again when a crash interrupted it, so a desired state
 * that has changed since the decision shows what happened: either the start arrived, or others have decided otherwise.
 * What another show has on air is taken, and what another show has just stopped is started again.
 * @throws {AppError} `illegal_transition` when a person stopped the destination since, or another show took it.
 *   `concurrent_change` when it is too late
 */
export function decideShowStart(record: Destination, { show, destination, decidedAt, now }: ShowStart): Decision {
  requireFresh(decidedAt, now);
  const { desiredAtDecision = record.desiredAt ?? null } = destination;
  const isAsDecided = (record.desiredAt ?? null) === desiredAtDecision;
  if (isAsDecided || isStoppedByOther(record, show.showId)) return taken(decideStart(record), show, now);
  const starter = starterOf(record);
  if (starter !== null && starter.showId !== show.showId) {
    throw notStarted(`the show "${starter.title}" has taken it meanwhile`);
  }
  if (record.desired === 'running') return taken(towardsDesired(record), show, now);
  throw notStarted(`it was stopped meanwhile by ${record.desiredBy}`);
}

function taken({ record, begins }: Decision, show: ShowName, now: Date): Decision {
  return { record: withStarter(record, show, now), begins };
}
