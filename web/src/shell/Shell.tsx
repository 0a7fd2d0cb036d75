import { Loader } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { Suspense, useEffect, useRef } from 'react';
import type { SessionResource } from '../../../functions/api/schemas/session.ts';
import { Announcer } from './Announcer.tsx';
import { useIncidentsKnown } from '../api/incidents.ts';
import { AppHeader } from './AppHeader.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { ShowBar } from './ShowBar.tsx';
import { ServiceBanners } from './ServiceBanners.tsx';
import { CeilingBanner } from '../costs/CeilingBanner.tsx';
import { DestinationDialog } from '../editor/DestinationDialog.tsx';
import { formatAge } from '../ui/format.ts';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { LazyPart } from '../ui/LazyPart.tsx';
import { PageFailed } from './PageFailed.tsx';
import {
  DestinationDrawer,
  DestinationsPage,
  DetailsPanel,
  IncidentsPage,
  OrphansPage,
  NotFoundPage,
  NotificationsPage,
  PeoplePage,
  PlannedShowPage,
  PlanShowPage,
  prefetchRest,
  RehearsalPanel,
  SettingsPage,
  TransferPage,
  ShortcutSheet,
  ShowPage,
  ShowReportPage,
  FlagsPage,
  RecordingsPage,
  ShowsPage,
  TimelinePage,
  UptimePage,
} from './lazy-pages.ts';
import { paths, type Overlay } from '../app/paths.ts';
import { usePageLocation } from './use-page-location.ts';
import { MoneyShown, useMoneyChoice } from '../app/use-money.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useHeartbeat } from '../app/use-heartbeat.ts';
import { useShow } from '../app/use-show.ts';
import classes from './Shell.module.css';

/** The frame of every page: header, navigation, banners, panels and dialogs. */
export function Shell({ session }: { session: SessionResource }) {
  const { pathname, search, overlay, changeSearch, close } = usePageLocation();
  const { destinations, flow, lost, ageMs, problem } = useShow();
  const { helpOpened, closeHelp, openHelp } = useShortcuts();
  const [isMoneyShown] = useMoneyChoice(session.embedded);
  const main = useRef<HTMLElement>(null);
  useEffect(prefetchRest, []);
  useFocusOnArrival(main, pathname);
  useHeartbeat(pathname);
  const nothingYet = !destinations && !flow;
  const isStripKnown = useIncidentsKnown();

  return (
    <MoneyShown value={isMoneyShown}>
      <div
        className={classes.shell}
        data-money={isMoneyShown ? undefined : 'off'}
        data-panel={overlay?.kind === 'details' || overlay?.kind === 'rehearsal' || undefined}
      >
        <a href="#content" className={classes.skip}>
          Skip to the content
        </a>
        <AppHeader pathname={pathname} onHelp={openHelp} />
        <div className={classes.beside}>
          <main id="content" ref={main} tabIndex={-1} className={classes.main}>
            {lost && <Lost ageMs={ageMs} isEmbedded={session.embedded} />}
            {session.embedded && <ServiceBanners />}
            <CeilingBanner />
            {nothingYet && problem && <ProblemPanel problem={problem} />}
            {!(nothingYet && problem) && (
              <ErrorBoundary key={pathname} instead={<PageFailed />}>
                <Suspense fallback={<Loader className={classes.loader} />}>
                  {isStripKnown ? (
                    <Page pathname={pathname} search={search} onSearch={changeSearch} session={session} />
                  ) : (
                    <Loader className={classes.loader} />
                  )}
                </Suspense>
              </ErrorBoundary>
            )}
          </main>
        </div>
        <ShowBar />
        <Announcer destinations={destinations} flow={flow} stale={lost} />
        <LazyPart key={overlay?.kind ?? 'none'}>
          {overlay && <Over overlay={overlay} onClose={close} />}
          {helpOpened && <ShortcutSheet onClose={closeHelp} />}
        </LazyPart>
        <DestinationDialog key={pathname} />
      </div>
    </MoneyShown>
  );
}

interface PageProps {
  pathname: string;
  search: string;
  onSearch: (search: string) => void;
  session: SessionResource;
}

/** The path of one show, or of its report. */
const ONE_SHOW = /^\/shows\/(shw_\w+)(\/report)?$/;

function Page({ pathname, search, onSearch, session }: PageProps) {
  switch (pathname.replace(/(.)\/$/, '$1')) {
    case paths.show:
      return <ShowPage embedded={session.embedded} />;
    case paths.destinations:
      return <DestinationsPage search={search} onSearch={onSearch} />;
    case paths.timeline:
      return <TimelinePage search={search} onSearch={onSearch} />;
    case paths.uptime:
      return <UptimePage search={search} onSearch={onSearch} />;
    case paths.incidents:
      return <IncidentsPage search={search} onSearch={onSearch} />;
    case paths.shows:
      return <ShowsPage search={search} onSearch={onSearch} />;
    case paths.planShow:
      return <PlanShowPage search={search} />;
    case paths.flags:
      return <FlagsPage />;
    case paths.recordings:
      return <RecordingsPage />;
    case paths.orphans:
      return <OrphansPage />;
    case paths.notifications:
      return <NotificationsPage />;
    case paths.transfer:
      return <TransferPage />;
    case paths.people:
      return <PeoplePage session={session} />;
    case paths.settings:
      return <SettingsPage session={session} />;
    default: {
      const [, showId, report] = ONE_SHOW.exec(pathname) ?? [];
      if (!showId) return <NotFoundPage />;
      return report ? <ShowReportPage showId={showId} /> : <PlannedShowPage showId={showId} />;
    }
  }
}

function Over({ overlay, onClose }: { overlay: Overlay; onClose: () => void }) {
  switch (overlay.kind) {
    case 'add':
      return <DestinationDrawer destinationId={null} onClose={onClose} />;
    case 'rehearsal':
      return <RehearsalPanel onClose={onClose} />;
    case 'edit':
      return <DestinationDrawer destinationId={overlay.destinationId} onClose={onClose} />;
    case 'details':
      return <DetailsPanel key={overlay.destinationId} destinationId={overlay.destinationId} onClose={onClose} />;
  }
}

/** The connection lost banner. On AWS media does not pass through the control plane; on one machine it may. */
function Lost({ ageMs, isEmbedded }: { ageMs: number; isEmbedded: boolean }) {
  return (
    <p className={classes.lost} role="status">
      <IconPlugConnectedX size={19} aria-hidden="true" />
      <span>
        <strong>Connection lost, showing the last known state</strong>, {formatAge(ageMs)} old.{' '}
        {isEmbedded
          ? 'If Sluice has stopped, nothing is on air: check the machine it runs on.'
          : 'Your streams are not affected.'}{' '}
        This page keeps trying.
      </span>
    </p>
  );
}

/** Focuses a new page, so that keyboard and screen reader start at its top. */
function useFocusOnArrival(main: React.RefObject<HTMLElement | null>, pathname: string): void {
  const from = useRef(pathname);
  useEffect(() => {
    if (from.current === pathname) return;
    from.current = pathname;
    window.scrollTo(0, 0);
    // The page may have set the focus already.
    if (!main.current?.contains(document.activeElement)) main.current?.focus({ preventScroll: true });
  }, [main, pathname]);
}
