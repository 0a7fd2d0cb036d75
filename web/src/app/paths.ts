/** Paths of the dashboard. */
export const paths = {
  show: '/',
  destinations: '/destinations',
  addDestination: '/destinations/new',
  duplicate: (destinationId: string) => `/destinations/new?from=${destinationId}`,
  destination: (destinationId: string) => `/destinations/${destinationId}`,
  editDestination: (destinationId: string) => `/destinations/${destinationId}/edit`,
  timeline: '/timeline',
  uptime: '/uptime',
  incidents: '/incidents',
  shows: '/shows',
  planShow: '/shows/new',
  duplicateShow: (showId: string) => `/shows/new?from=${showId}`,
  plannedShow: (showId: string) => `/shows/${showId}`,
  showReport: (showId: string) => `/shows/${showId}/report`,
  flags: '/flags',
  recordings: '/recordings',
  orphans: '/leftovers',
  notifications: '/notifications',
  people: '/people',
  settings: '/settings',
  transfer: '/transfer',
  rehearsal: '/rehearsal',
} as const;

/** A panel or drawer over a page, with its own path. */
export type Overlay = { kind: 'add' | 'rehearsal' } | { kind: 'edit' | 'details'; destinationId: string };

const OVER_A_PAGE = /^\/destinations\/([\w-]+)(\/edit)?$/;

/** Returns the overlay of a path; null for a page. */
export function overlayOf(pathname: string): Overlay | null {
  if (pathname === paths.addDestination) return { kind: 'add' };
  if (pathname === paths.rehearsal) return { kind: 'rehearsal' };
  const [, destinationId, edit] = OVER_A_PAGE.exec(pathname) ?? [];
  if (destinationId === undefined) return null;
  return { kind: edit ? 'edit' : 'details', destinationId };
}
