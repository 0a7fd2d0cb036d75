import type { Show, ShowPlan } from './show.ts';

/** Returns a show that has done nothing yet. @param made who made it, when, and the first entry of its log */
export function newShow(
  plan: ShowPlan & Pick<Show, 'showId' | 'series' | 'cover'> & { isDraft: boolean },
  made: { by: string; at: string; detail: string },
): Show {
  const { isDraft, ...planned } = plan;
  return {
    ...planned,
    state: isDraft ? 'draft' : 'scheduled',
    automation: 'on',
    revision: 1,
    executionRevision: 1,
    writeCount: 1,
    goLiveAt: null,
    missedAt: null,
    liveAt: null,
    endingAt: null,
    endReason: null,
    endedAt: null,
    log: [{ at: made.at, actor: made.by, detail: made.detail }],
    createdBy: made.by,
    createdAt: made.at,
    lastModified: made.at,
  };
}
