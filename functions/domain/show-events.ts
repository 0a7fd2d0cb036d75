import type { Show } from './show.ts';
import { ABOUT_NOTHING, eventIdOf, type SluiceEvent } from './webhook-events.ts';

/** Returns what announces the report of a show; null when the show has not ended, or does not want it. Pure. */
export function showReportReady({ endedAt, sendsReport, showId, state, title }: Show): SluiceEvent | null {
  if (state !== 'ended' || endedAt === null || !sendsReport) return null;
  return {
    eventId: eventIdOf('report.ready', 'show', showId),
    type: 'report.ready',
    at: endedAt,
    about: ABOUT_NOTHING,
    title: `The report of the show "${title}" is ready`,
    lines: ['Read it on the page of the show.'],
    data: { report: 'show', showId },
  };
}
