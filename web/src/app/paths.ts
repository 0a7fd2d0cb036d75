/** Every place in the dashboard that has an address. */
export const paths = {
  show: '/',
  destinations: '/destinations',
  addDestination: '/destinations/new',
  duplicate: (destinationId: string) => `/destinations/new?from=${destinationId}`,
  destination: (destinationId: string) => `/destinations/${destinationId}`,
  editDestination: (destinationId: string) => `/destinations/${destinationId}/edit`,
  timeline: '/timeline',
  uptime: '/uptime',
  leftovers: '/leftovers',
  settings: '/settings',
  rehearsal: '/rehearsal',
} as const;

/** What lies over a page: a panel or a drawer, with an address of its own. */
export type Overlay = { kind: 'add' | 'rehearsal' } | { kind: 'edit' | 'details'; destinationId: string };

const OVER_A_PAGE = /^\/destinations\/([\w-]+)(\/edit)?$/;

/** The overlay an address stands for; null where it is a page. */
export function overlayOf(pathname: string): Overlay | null {
  if (pathname === paths.addDestination) return { kind: 'add' };
  if (pathname === paths.rehearsal) return { kind: 'rehearsal' };
  const [, destinationId, edit] = OVER_A_PAGE.exec(pathname) ?? [];
  if (destinationId === undefined) return null;
  return { kind: edit ? 'edit' : 'details', destinationId };
}
