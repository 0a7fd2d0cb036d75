import { noSourceCourseOf } from '../../domain/no-source-limit.ts';
import type { NoSource } from '../../workflow/no-source-limit.ts';
import type { NoSourceLimitResource } from '../schemas/no-source-limit.ts';

/** Returns the no-source limit in its form in the API. */
export function presentNoSourceLimit({ limit, lostSince, unfed }: NoSource): NoSourceLimitResource {
  const { minutes, atLimit, spared, revision, changedBy, changedAt } = limit;
  const course = noSourceCourseOf(limit, lostSince);
  const isAsking = atLimit.action === 'ask';
  return {
    minutes,
    action: atLimit.action,
    countdownMinutes: isAsking ? atLimit.countdownMinutes : null,
    defaultAnswer: isAsking ? atLimit.defaultAnswer : null,
    spared: [...spared],
    source: lostSince === undefined ? 'unknown' : lostSince === null ? 'delivers' : 'lost',
    lostSince: lostSince ?? null,
    state: course?.state ?? 'watching',
    since: course?.since ?? null,
    decidedBy: course?.by ?? null,
    answerDueAt: course?.answerDueAt ?? null,
    channels: unfed.map(({ destinationId, name }) => ({ destinationId, name })),
    revision,
    changedBy,
    changedAt,
  };
}
