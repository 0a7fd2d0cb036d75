import type { Show, ShowDestination } from '../../functions/domain/show.ts';

export const SHOW_ID = 'shw_01k8m3v0s5n2q8w4x6y7z9a1bc';

/** A destination of a show that has not been started. */
export function makeShowDestination(destinationId: string, changes: Partial<ShowDestination> = {}): ShowDestination {
  return {
    destinationId,
    name: destinationId,
    offsetSeconds: 0,
    isRequired: false,
    startRequestedAt: null,
    isStartConfirmed: false,
    readyAt: null,
    onAirAt: null,
    stopRequestedAt: null,
    isStopConfirmed: false,
    offAirAt: null,
    problem: null,
    ...changes,
  };
}

/** A scheduled show of one hour, from 10:00 UTC on. */
export function makeShow(changes: Partial<Show> = {}): Show {
  return {
    showId: SHOW_ID,
    title: 'Sunday service',
    description: '',
    category: null,
    tags: [],
    privacy: 'public',
    notes: '',
    zone: 'UTC',
    localStart: '2026-12-06T10:00:00',
    localEnd: '2026-12-06T11:00:00',
    endRule: 'clock',
    sourceLostMinutes: null,
    ceiling: null,
    startsAt: '2026-12-06T10:00:00.000Z',
    endsAt: '2026-12-06T11:00:00.000Z',
    destinations: [],
    state: 'scheduled',
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
    log: [],
    createdBy: 'operator',
    createdAt: '2026-12-01T10:00:00.000Z',
    lastModified: '2026-12-01T10:00:00.000Z',
    ...changes,
  };
}
