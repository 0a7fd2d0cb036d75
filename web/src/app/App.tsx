import { Loader, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { queryClient } from '../api/query-client.ts';
import { ApiProblem } from '../api/request.ts';
import { useSession } from '../api/session.ts';
import { Mark } from '../components/Wordmark.tsx';
import { ProblemPanel } from '../components/ProblemText.tsx';
import { ShowPage } from '../pages/ShowPage.tsx';
import { SignInPage } from '../pages/SignInPage.tsx';
import { PageErrorBoundary } from './PageErrorBoundary.tsx';
import { cssVariablesResolver, theme } from '../theme/theme.ts';
import classes from './App.module.css';

const Notifications = lazy(async () => ({ default: (await import('@mantine/notifications')).Notifications }));

/** The whole dashboard. `linkRefused` is set when the page was opened by a start link that is no longer valid. */
export function App({ linkRefused }: { linkRefused: boolean }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      {/* Below drawers and dialogs (200), so that an old failure never covers the buttons of a form. */}
      <Suspense>
        <Notifications position="bottom-left" limit={4} zIndex={150} />
      </Suspense>
      <QueryClientProvider client={queryClient}>
        <PageErrorBoundary>
          <SessionGate linkRefused={linkRefused} />
        </PageErrorBoundary>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function SessionGate({ linkRefused }: { linkRefused: boolean }) {
  const session = useSession();
  if (session.data) return <ShowPage />;
  if (session.data === null) return <SignInPage linkRefused={linkRefused} />;
  return (
    <main className={classes.opening}>
      <Mark size={48} />
      {session.error instanceof ApiProblem ? (
        <ProblemPanel problem={session.error.problem} />
      ) : (
        <Loader aria-label="Loading" />
      )}
    </main>
  );
}
