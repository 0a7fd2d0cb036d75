import { lazy } from 'react';
import { prefetchDialogs } from '../editor/dialogs.ts';

/** Loads each page and overlay as a separate chunk when it is first shown. */
const load = {
  show: async () => ({ default: (await import('../pages/ShowPage.tsx')).ShowPage }),
  invitation: async () => ({ default: (await import('../pages/InvitationPage.tsx')).InvitationPage }),
  signIn: async () => ({ default: (await import('../pages/SignInPage.tsx')).SignInPage }),
  destinations: async () => ({ default: (await import('../pages/DestinationsPage.tsx')).DestinationsPage }),
  timeline: async () => ({ default: (await import('../pages/TimelinePage.tsx')).TimelinePage }),
  uptime: async () => ({ default: (await import('../pages/UptimePage.tsx')).UptimePage }),
  incidents: async () => ({ default: (await import('../pages/IncidentsPage.tsx')).IncidentsPage }),
  plannedShow: async () => ({ default: (await import('../pages/PlannedShowPage.tsx')).PlannedShowPage }),
  showReport: async () => ({ default: (await import('../pages/ShowReportPage.tsx')).ShowReportPage }),
  planShow: async () => ({ default: (await import('../pages/PlanShowPage.tsx')).PlanShowPage }),
  shows: async () => ({ default: (await import('../pages/ShowsPage.tsx')).ShowsPage }),
  flags: async () => ({ default: (await import('../pages/FlagsPage.tsx')).FlagsPage }),
  recordings: async () => ({ default: (await import('../pages/RecordingsPage.tsx')).RecordingsPage }),
  orphans: async () => ({ default: (await import('../pages/OrphansPage.tsx')).OrphansPage }),
  notifications: async () => ({ default: (await import('../pages/NotificationsPage.tsx')).NotificationsPage }),
  people: async () => ({ default: (await import('../pages/PeoplePage.tsx')).PeoplePage }),
  settings: async () => ({ default: (await import('../pages/SettingsPage.tsx')).SettingsPage }),
  transfer: async () => ({ default: (await import('../pages/TransferPage.tsx')).TransferPage }),
  notFound: async () => ({ default: (await import('../pages/NotFoundPage.tsx')).NotFoundPage }),
  editor: async () => ({ default: (await import('../editor/DestinationDrawer.tsx')).DestinationDrawer }),
  details: async () => ({ default: (await import('../details/DetailsPanel.tsx')).DetailsPanel }),
  rehearsal: async () => ({ default: (await import('../rehearsal/RehearsalPanel.tsx')).RehearsalPanel }),
  shortcuts: async () => ({ default: (await import('./ShortcutSheet.tsx')).ShortcutSheet }),
};

export const ShowPage = lazy(load.show);
export const InvitationPage = lazy(load.invitation);
export const SignInPage = lazy(load.signIn);
export const DestinationsPage = lazy(load.destinations);
export const TimelinePage = lazy(load.timeline);
export const UptimePage = lazy(load.uptime);
export const IncidentsPage = lazy(load.incidents);
export const PlannedShowPage = lazy(load.plannedShow);
export const ShowReportPage = lazy(load.showReport);
export const PlanShowPage = lazy(load.planShow);
export const ShowsPage = lazy(load.shows);
export const FlagsPage = lazy(load.flags);
export const RecordingsPage = lazy(load.recordings);
export const OrphansPage = lazy(load.orphans);
export const NotificationsPage = lazy(load.notifications);
export const PeoplePage = lazy(load.people);
export const SettingsPage = lazy(load.settings);
export const TransferPage = lazy(load.transfer);
export const NotFoundPage = lazy(load.notFound);
export const DestinationDrawer = lazy(load.editor);
export const DetailsPanel = lazy(load.details);
export const RehearsalPanel = lazy(load.rehearsal);
export const ShortcutSheet = lazy(load.shortcuts);

/** Loads the first page while the session request is pending. */
export function preloadFirstPage(): void {
  if (window.location.pathname === '/') void load.show();
}

/** Delay after the first render before the rest is prefetched. */
const REST_AFTER_MS = 4000;

/**
 * Prefetches the small remaining chunks, because dialogs and the connection lost message have to work without the
 * server. Excludes the player, which loads with the preview.
 * @returns a function that cancels
 */
export function prefetchRest(): () => void {
  const timer = setTimeout(() => {
    const more = [
      import('@mantine/notifications'),
      import('../destinations/DestinationActionsMenu.tsx'),
      import('../details/ChannelLog.tsx'),
      import('./PresentPeople.tsx'),
      ...prefetchDialogs(),
      ...Object.values(load).map((each) => each()),
    ];
    void Promise.allSettled(more);
  }, REST_AFTER_MS);
  return () => clearTimeout(timer);
}
