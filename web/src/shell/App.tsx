import { Loader, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { ProblemBody } from '../../../functions/api/schemas/problem.ts';
import { queryClient } from '../api/query-client.ts';
import { problemOf } from '../api/request.ts';
import { useSession } from '../api/session.ts';
import { Mark } from '../ui/Wordmark.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { PageFailed } from './PageFailed.tsx';
import { pageAfterSignIn } from './page-after-sign-in.ts';
import { InvitationPage, SignInPage } from './lazy-pages.ts';
import { Shell } from './Shell.tsx';
import { Toasts } from './Toasts.tsx';
import { cssVariablesResolver, theme } from '../theme/theme.ts';
import classes from './App.module.css';

/** Not part of the first load: hints repeat what names and descriptions say. */
const HintLayer = lazy(async () => ({ default: (await import('./HintLayer.tsx')).HintLayer }));

interface AppProps {
  /** Whether the page was opened by an invalid sign-in link. */
  linkRefused: boolean;
  /** The secret of the invitation link that opened the page. */
  invitation: string | null;
}

/** The dashboard. */
export function App(opened: AppProps) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <Toasts />
      <QueryClientProvider client={queryClient}>
        <ErrorBoundary instead={<PageFailed />}>
          <Suspense fallback={<Opening />}>
            <SessionGate {...opened} />
          </Suspense>
        </ErrorBoundary>
      </QueryClientProvider>
      <ErrorBoundary instead={null}>
        <Suspense>
          <HintLayer />
        </Suspense>
      </ErrorBoundary>
    </MantineProvider>
  );
}

function SessionGate({ linkRefused, invitation }: AppProps) {
  const session = useSession();
  const [isInvited, setInvited] = useState(invitation !== null);
  const next = pageAfterSignIn(window.location.search);
  if (invitation !== null && isInvited && session.isFetched) {
    return <InvitationPage invitation={invitation} onDone={() => setInvited(false)} />;
  }
  if (session.data && next) return <GoTo page={next} />;
  if (session.data) return <Shell session={session.data} />;
  if (session.data === null) return <SignInPage linkRefused={linkRefused} />;
  const problem = problemOf(session.error);
  if (problem?.status === 403) return <SignInPage linkRefused={false} forbidden={problem} />;
  return <Opening problem={problem} />;
}

/** Leaves the dashboard for a page of the API. */
function GoTo({ page }: { page: string }) {
  useEffect(() => window.location.replace(page), [page]);
  return <Opening />;
}

function Opening({ problem = null }: { problem?: ProblemBody | null }) {
  return (
    <main className={classes.opening}>
      <Mark size={48} />
      {problem ? <ProblemPanel problem={problem} /> : <Loader />}
    </main>
  );
}
