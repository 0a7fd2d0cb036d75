import { lazy } from 'react';
import { prefetchDialogs } from '../editor/dialogs.ts';

/** Every page and overlay in a part of its own, fetched when it is first shown. */
const load = {
  show: async () => ({ default: (await import('../pages/ShowPage.tsx')).ShowPage }),
  signIn: async () => ({ default: (await import('../pages/SignInPage.tsx')).SignInPage }),
  destinations: async () => ({ default: (await import('../pages/DestinationsPage.tsx')).DestinationsPage }),
  timeline: async () => ({ default: (await import('../pages/TimelinePage.tsx')).TimelinePage }),
  uptime: async () => ({ default: (await import('../pages/UptimePage.tsx')).UptimePage }),
  leftovers: async () => ({ default: (await import('../pages/LeftoversPage.tsx')).LeftoversPage }),
  settings: async () => ({ default: (await import('../pages/SettingsPage.tsx')).SettingsPage }),
  notFound: async () => ({ default: (await import('../pages/NotFoundPage.tsx')).NotFoundPage }),
  editor: async () => ({ default: (await import('../editor/DestinationDrawer.tsx')).DestinationDrawer }),
  details: async () => ({ default: (await import('../details/DetailsPanel.tsx')).DetailsPanel }),
  rehearsal: async () => ({ default: (await import('../rehearsal/RehearsalPanel.tsx')).RehearsalPanel }),
  shortcuts: async () => ({ default: (await import('./ShortcutSheet.tsx')).ShortcutSheet }),
};

export const ShowPage = lazy(load.show);
export const SignInPage = lazy(load.signIn);
export const DestinationsPage = lazy(load.destinations);
export const TimelinePage = lazy(load.timeline);
export const UptimePage = lazy(load.uptime);
export const LeftoversPage = lazy(load.leftovers);
export const SettingsPage = lazy(load.settings);
export const NotFoundPage = lazy(load.notFound);
export const DestinationDrawer = lazy(load.editor);
export const DetailsPanel = lazy(load.details);
export const RehearsalPanel = lazy(load.rehearsal);
export const ShortcutSheet = lazy(load.shortcuts);

/** Asks for the first page while the session is still being looked up. */
export function preloadFirstPage(): void {
  if (window.location.pathname === '/') void load.show();
}

/** Time for the first picture to settle before the rest is fetched. */
const REST_AFTER_MS = 4000;

/**
 * Fetches the small rest in quiet: a dialog has to open also while the server is away, and the message that it is away
 * is one of these parts. The player is not among them, it comes with a picture.
 * @returns gives it up
 */
export function prefetchRest(): () => void {
  const timer = setTimeout(() => {
    const more = [
      import('@mantine/notifications'),
      import('../destinations/OpenedMenu.tsx'),
      import('../details/ChannelLog.tsx'),
      ...prefetchDialogs(),
      ...Object.values(load).map((each) => each()),
    ];
    void Promise.allSettled(more);
  }, REST_AFTER_MS);
  return () => clearTimeout(timer);
}
