import { ActionIcon } from '@mantine/core';
import { IconBarrierBlock, IconKeyboard, IconLogout } from '@tabler/icons-react';
import { lazy, type RefObject, Suspense, useLayoutEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useIncidents } from '../api/incidents.ts';
import { usePresence } from '../api/presence.ts';
import { useRehearsal } from '../api/rehearsal.ts';
import { useSession, useSignOut } from '../api/session.ts';
import { discardAllTyped } from '../app/draft-store.ts';
import { paths } from '../app/paths.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useMoneyShown } from '../app/use-money.ts';
import { useShow } from '../app/use-show.ts';
import { type ShowSummary, summarizeShow } from './show-summary.ts';
import { IncidentStrip } from '../incidents/IncidentStrip.tsx';
import { RehearsalBanner } from '../rehearsal/RehearsalBanner.tsx';
import { ColorSchemeSwitch } from '../ui/ColorSchemeSwitch.tsx';
import { CostGlance } from '../costs/CostGlance.tsx';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { PageNavigation } from './PageNavigation.tsx';
import { ProblemCount } from '../destinations/ProblemCount.tsx';
import { StatusPill } from '../destinations/StatusWord.tsx';
import { Mark, Wordmark } from '../ui/Wordmark.tsx';
import classes from './AppHeader.module.css';

/** Not part of the first load: most of the time there is one person. */
const PresentPeople = lazy(async () => ({ default: (await import('./PresentPeople.tsx')).PresentPeople }));

function Others() {
  if (usePresence().length === 0) return null;
  return (
    <ErrorBoundary instead={null}>
      <Suspense>
        <PresentPeople />
      </Suspense>
    </ErrorBoundary>
  );
}

/** The header: source, destinations on air, problems and costs, and the navigation. */
export function AppHeader({ pathname, onHelp }: { pathname: string; onHelp: () => void }) {
  const { destinations, flow, destinationsStale, flowStale } = useShow();
  const stale = destinationsStale || flowStale;
  const isMoneyShown = useMoneyShown();
  const signOut = useSignOut();
  const header = useRef<HTMLElement>(null);
  useHeightForPanel(header);
  const pressed = (): void =>
    signOut.mutate(undefined, {
      onSuccess: discardAllTyped,
      onError: (error) => showProblem(error, 'Sign out'),
    });
  return (
    <header ref={header} className={classes.header}>
      <div className={classes.bar}>
        <Link href={paths.show} className={classes.brand}>
          <Mark />
          <Wordmark />
        </Link>
        <PageNavigation pathname={pathname} />
        <div className={classes.glance} role="group" aria-label="The show now">
          {(destinations || flow) && <Glance summary={summarizeShow(destinations ?? [], flow)} stale={stale} />}
          {isMoneyShown && <CostGlance />}
        </div>
        <div className={classes.tools}>
          <Others />
          <SignedIn />
          <RehearsalLink />
          <ActionIcon
            className={classes.keyboard}
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Keyboard shortcuts"
            data-hint="Keyboard shortcuts"
            onClick={onHelp}
          >
            <IconKeyboard size={19} stroke={1.7} />
          </ActionIcon>
          <ColorSchemeSwitch />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label="Sign out"
            data-hint="Sign out"
            loading={signOut.isPending}
            onClick={pressed}
          >
            <IconLogout size={19} stroke={1.7} />
          </ActionIcon>
        </div>
      </div>
      <RehearsalBanner />
      <ErrorBoundary instead={null}>
        <IncidentStrip />
      </ErrorBoundary>
    </header>
  );
}

/** Publishes the header's height: a panel beside the page begins below the header, which keeps its whole width. */
function useHeightForPanel(header: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const element = header.current!;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() =>
      style.setProperty('--header-height', `${element.getBoundingClientRect().height}px`),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty('--header-height');
    };
  }, [header]);
}

/** Rendered only where drills are available. */
function RehearsalLink() {
  const { data } = useRehearsal();
  if (!data) return null;
  return (
    <ActionIcon
      component={Link}
      href={paths.rehearsal}
      variant="subtle"
      color="gray"
      size="lg"
      aria-label="Drills"
      data-hint="Drills: simulate failures"
    >
      <IconBarrierBlock size={19} stroke={1.7} />
    </ActionIcon>
  );
}

/** The name of the first token, which says nothing about the person. */
const FIRST_TOKEN = 'operator';

/** The signed-in person, with their role unless it is admin. */
function SignedIn() {
  const session = useSession().data;
  if (!session || (session.signIn.kind === 'token' && session.principal === FIRST_TOKEN)) return null;
  return (
    <span className={classes.who}>
      <span className={classes.name}>{session.principal}</span>
      {session.role !== 'admin' && <b>{session.role}</b>}
    </span>
  );
}

function Glance({ summary, stale }: { summary: ShowSummary; stale: boolean }) {
  const { source, onAir, total, problems, pending, isCalm } = summary;
  const open = useIncidents().data?.length ?? 0;
  const airTone = stale ? 'stale' : onAir > 0 ? 'air' : 'off';
  return (
    <>
      {source && <StatusPill glyph={source.glyph} word={source.fullWord} tone={stale ? 'stale' : source.tone} />}
      <Link href={`${paths.destinations}?status=onair`} className={classes.figure} data-tone={airTone}>
        On air <b>{onAir}</b> of {total}
      </Link>
      {pending && (
        <span className={classes.pending} data-tone={stale ? 'stale' : pending.tone}>
          {pending.words}
        </span>
      )}
      {problems.length > 0 && (
        <span className={classes.problems}>
          <ProblemCount count={problems.length} stale={stale} />
        </span>
      )}
      {problems.length === 0 && open > 0 && (
        <Link href={paths.incidents} className={classes.figure} data-tone={stale ? 'stale' : 'attention'}>
          <b>{open}</b> {open === 1 ? 'incident' : 'incidents'}
        </Link>
      )}
      {isCalm && open === 0 && !stale && <span className={classes.calm}>No problems</span>}
    </>
  );
}
